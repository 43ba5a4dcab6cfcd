package geo

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"ntopgo/engine/geo/geotest"
)

var entries = []geotest.Entry{
	{CIDR: "203.0.113.0/24", AS: 64500, ASName: "Example Net", Continent: "EU", Country: "IT", City: "Pisa", Latitude: 43.7, Longitude: 10.4},
	{CIDR: "2001:db8::/32", AS: 64501, ASName: "Documentation", Continent: "NA", Country: "US"},
}

func TestLookup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	geotest.Write(t, dir, entries...)
	d, err := Open("/nowhere", dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	for _, c := range []struct {
		addr  string
		as    System
		place Place
	}{
		{"203.0.113.7", System{64500, "Example Net"}, Place{"EU", "IT", "Pisa", 43.7, 10.4}},
		{"::ffff:203.0.113.7", System{64500, "Example Net"}, Place{"EU", "IT", "Pisa", 43.7, 10.4}},
		{"2001:db8::1%eth0", System{64501, "Documentation"}, Place{Continent: "NA", Country: "US"}},
		{"192.168.1.1", System{}, Place{}},
	} {
		a := netip.MustParseAddr(c.addr)
		if got := d.AS(a); got != c.as {
			t.Errorf("AS(%s) = %v", c.addr, got)
		}
		if got := d.Place(a); got != c.place {
			t.Errorf("Place(%s) = %v", c.addr, got)
		}
		if got := d.Country(a); got != c.place.Country {
			t.Errorf("Country(%s) = %q", c.addr, got)
		}
	}
	if got := d.AS(netip.Addr{}); got != (System{}) {
		t.Errorf("no address has AS %v", got)
	}
	if d.NameOf(64501) != "Documentation" || d.NameOf(1) != "" {
		t.Errorf("names %q %q", d.NameOf(64501), d.NameOf(1))
	}
	if d.Versions() != "GeoLite2-ASN, GeoLite2-City" {
		t.Error(d.Versions())
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	half, other, bad := t.TempDir(), t.TempDir(), t.TempDir()
	geotest.Write(t, half, entries...)
	if err := os.Remove(filepath.Join(half, "GeoLite2-City.mmdb")); err != nil {
		t.Fatal(err)
	}
	if d, err := Open(half); d != nil || err != nil {
		t.Errorf("one database of two: %v %v", d, err)
	}
	geotest.Write(t, other, entries...)
	for from, to := range map[string]string{"GeoLite2-City.mmdb": "dbip-city-lite-2026-01.mmdb", "GeoLite2-ASN.mmdb": "dbip-asn-lite-2026-01.mmdb"} {
		if err := os.Rename(filepath.Join(other, from), filepath.Join(other, to)); err != nil {
			t.Fatal(err)
		}
	}
	d, err := Open(half, other)
	if err != nil || d.Country(netip.MustParseAddr("203.0.113.1")) != "IT" {
		t.Errorf("the second folder completes the first: %v %v", d, err)
	}
	_ = d.Close()
	geotest.Write(t, bad, entries...)
	if err := os.WriteFile(filepath.Join(bad, "GeoLite2-ASN.mmdb"), []byte("no database"), 0o600); err != nil {
		t.Fatal(err)
	}
	if d, err := Open(bad); err == nil {
		t.Errorf("a damaged file opens: %v", d)
	}
	var none *DB
	if none.AS(netip.MustParseAddr("203.0.113.1")) != (System{}) || none.Country(netip.MustParseAddr("203.0.113.1")) != "" ||
		none.Place(netip.MustParseAddr("203.0.113.1")) != (Place{}) || none.NameOf(1) != "" || none.Close() != nil {
		t.Error("no database knows something")
	}
}
