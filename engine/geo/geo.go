// Package geo tells the autonomous system and the place of an address from
// databases in MaxMind's format (GeoLite2-ASN and -City, or DB-IP's lite
// editions of the same). It reads files and nothing else: no network, no cache
// of its own, no knowledge of hosts.
package geo

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/oschwald/maxminddb-golang/v2"
)

// DB is a pair of open databases. A nil *DB knows nothing; a DB may be used by
// several goroutines at once.
type DB struct {
	asn, city *maxminddb.Reader

	namesOnce sync.Once
	names     map[uint32]string
}

// Folders are where ntopng looks, in this order, before the tree's own
// "geoip" folder.
var Folders = []string{"/var/lib/GeoIP", "/usr/share/GeoIP", "/usr/share/ntopng/httpdocs/geoip"}

// Open opens the first pair found in the folders: both databases are needed, as
// in the original. It returns nil and no error when there is none, and an error
// when a file is damaged.
func Open(folders ...string) (*DB, error) {
	d := &DB{}
	for _, f := range folders {
		if err := d.take(f); err != nil {
			return nil, errors.Join(err, d.Close())
		}
		if d.asn != nil && d.city != nil {
			return d, nil
		}
	}
	return nil, d.Close()
}

// take opens what is still missing and the folder has. MaxMind's names win over
// DB-IP's, which carry a date.
func (d *DB) take(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil // no such folder is no failure
	}
	find := func(exact, prefix string) string {
		found := ""
		for _, e := range entries {
			name := e.Name()
			if name == exact {
				return name
			}
			if strings.HasPrefix(name, prefix) && strings.HasSuffix(name, ".mmdb") {
				found = name // names are sorted: the last is the newest
			}
		}
		return found
	}
	for _, part := range []struct {
		db            **maxminddb.Reader
		exact, prefix string
	}{{&d.asn, "GeoLite2-ASN.mmdb", "dbip-asn"}, {&d.city, "GeoLite2-City.mmdb", "dbip-city"}} {
		name := find(part.exact, part.prefix)
		if *part.db != nil || name == "" {
			continue
		}
		db, err := maxminddb.Open(filepath.Join(folder, name))
		if err != nil {
			return fmt.Errorf("geolocation database %s: %w", filepath.Join(folder, name), err)
		}
		*part.db = db
	}
	return nil
}

// Close closes the files.
func (d *DB) Close() error {
	if d == nil {
		return nil
	}
	var errs []error
	for _, db := range []*maxminddb.Reader{d.asn, d.city} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	d.asn, d.city = nil, nil
	return errors.Join(errs...)
}

// Versions describes the databases for an about page; "" without any.
func (d *DB) Versions() string {
	if d == nil {
		return ""
	}
	return d.asn.Metadata.DatabaseType + ", " + d.city.Metadata.DatabaseType
}

// System is an autonomous system.
type System struct {
	Number uint32 `maxminddb:"autonomous_system_number"`
	Name   string `maxminddb:"autonomous_system_organization"`
}

// AS is the autonomous system that announces an address, the zero one when it
// is not known.
func (d *DB) AS(addr netip.Addr) System {
	var s System
	if d == nil || !addr.IsValid() {
		return s
	}
	if err := d.asn.Lookup(addr.Unmap().WithZone("")).Decode(&s); err != nil {
		return System{}
	}
	return s
}

// Place is where an address is used. Unknown parts are empty or zero.
type Place struct {
	Continent string  // two letters
	Country   string  // ISO 3166, two letters
	City      string  // in English
	Latitude  float64 // degrees
	Longitude float64
}

// record is what is read of a city entry.
type record struct {
	Continent struct {
		Code string `maxminddb:"code"`
	} `maxminddb:"continent"`
	Country struct {
		ISO string `maxminddb:"iso_code"`
	} `maxminddb:"country"`
	City struct {
		Names struct {
			English string `maxminddb:"en"`
		} `maxminddb:"names"`
	} `maxminddb:"city"`
	Location struct {
		Latitude  float64 `maxminddb:"latitude"`
		Longitude float64 `maxminddb:"longitude"`
	} `maxminddb:"location"`
}

// Place is where an address is.
func (d *DB) Place(addr netip.Addr) Place {
	var r record
	if d == nil || !addr.IsValid() {
		return Place{}
	}
	if err := d.city.Lookup(addr.Unmap().WithZone("")).Decode(&r); err != nil {
		return Place{}
	}
	return Place{Continent: r.Continent.Code, Country: r.Country.ISO, City: r.City.Names.English,
		Latitude: r.Location.Latitude, Longitude: r.Location.Longitude}
}

// Country is the ISO code of the country of an address, "" when unknown: a
// cheaper Place for those who need no more.
func (d *DB) Country(addr netip.Addr) string {
	var code string
	if d == nil || !addr.IsValid() {
		return ""
	}
	if err := d.city.Lookup(addr.Unmap().WithZone("")).DecodePath(&code, "country", "iso_code"); err != nil {
		return ""
	}
	return code
}

// NameOf is the name of the autonomous system with a number, "" when the
// database does not list it. The first call reads the whole database.
func (d *DB) NameOf(number uint32) string {
	if d == nil {
		return ""
	}
	d.namesOnce.Do(func() {
		d.names = map[uint32]string{}
		for r := range d.asn.Networks() {
			var s System
			if err := r.Decode(&s); err == nil && s.Number != 0 && d.names[s.Number] == "" {
				d.names[s.Number] = s.Name
			}
		}
	})
	return d.names[number]
}
