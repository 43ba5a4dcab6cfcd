// Package geotest makes small geolocation databases for tests.
package geotest

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// Entry is one network of both databases.
type Entry struct {
	CIDR                     string
	AS                       uint32
	ASName                   string
	Continent, Country, City string
	Latitude, Longitude      float64
}

// Write makes GeoLite2-ASN.mmdb and GeoLite2-City.mmdb in a folder.
func Write(t testing.TB, dir string, entries ...Entry) {
	t.Helper()
	write(t, filepath.Join(dir, "GeoLite2-ASN.mmdb"), "GeoLite2-ASN", entries, func(e Entry) mmdbtype.DataType {
		return mmdbtype.Map{"autonomous_system_number": mmdbtype.Uint32(e.AS),
			"autonomous_system_organization": mmdbtype.String(e.ASName)}
	})
	write(t, filepath.Join(dir, "GeoLite2-City.mmdb"), "GeoLite2-City", entries, func(e Entry) mmdbtype.DataType {
		return mmdbtype.Map{
			"continent": mmdbtype.Map{"code": mmdbtype.String(e.Continent)},
			"country":   mmdbtype.Map{"iso_code": mmdbtype.String(e.Country)},
			"city":      mmdbtype.Map{"names": mmdbtype.Map{"en": mmdbtype.String(e.City)}},
			"location":  mmdbtype.Map{"latitude": mmdbtype.Float64(e.Latitude), "longitude": mmdbtype.Float64(e.Longitude)},
		}
	})
}

func write(t testing.TB, path, kind string, entries []Entry, row func(Entry) mmdbtype.DataType) {
	t.Helper()
	w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind, RecordSize: 24, IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		_, network, err := net.ParseCIDR(e.CIDR)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Insert(network, row(e)); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.WriteTo(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
