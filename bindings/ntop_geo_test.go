package bindings

import (
	"testing"

	"ntopgo/engine/geo"
	"ntopgo/engine/geo/geotest"
)

func TestGeolocationBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	w.check("without databases", `p(ntop.hasGeoIP(), ntop.getASName("203.0.113.5"), ntop.getASNameFromASN(64500), ntop.getHostASN("203.0.113.5"),
ntop.getHostGeolocation("203.0.113.5"))`, "false  nil {as_name= asn=0} {city= continent= country= latitude=0.0 longitude=0.0};")
	dir := t.TempDir()
	geotest.Write(t, dir, geotest.Entry{CIDR: "203.0.113.0/24", AS: 64500, ASName: "Example Net", Continent: "EU",
		Country: "IT", City: "Pisa", Latitude: 43.5, Longitude: 10.25})
	db, err := geo.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w.env.Geo = db
	w.check("by address", `p(ntop.hasGeoIP(), ntop.getASName("203.0.113.5"), ntop.getASName("203.0.113.5@2"), ntop.getHostASN("203.0.113.5"),
ntop.getHostGeolocation("203.0.113.5"))`, "true Example Net Example Net {as_name=Example Net asn=64500} "+
		"{city=Pisa continent=EU country=IT latitude=43.5 longitude=10.25};")
	w.check("by number", `p(ntop.getASNameFromASN(64500), ntop.getASNameFromASN(7))`, "{description=Example Net handle=Example Net} nil;")
	if err := w.env.KV.HSet("ntopng.as.cache", "7", "SEVEN|Seven Inc."); err != nil {
		t.Fatal(err)
	}
	w.check("what is remembered", `p(ntop.getASNameFromASN(7))`, "{description=Seven Inc. handle=SEVEN};")
	w.check("wrong arguments", `p(ntop.getASName(nil), ntop.getASNameFromASN("x"), ntop.getASNameFromASN(-1), ntop.getHostASN({}), ntop.getHostGeolocation("x"))`,
		"nil nil nil {as_name= asn=0} {city= continent= country= latitude=0.0 longitude=0.0};")
}
