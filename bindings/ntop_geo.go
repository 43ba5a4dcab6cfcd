package bindings

import (
	"net/netip"
	"strings"

	"ntopgo/compat/lua"
)

// Group "ASN & Geolocation": what the databases beside the program know. No
// outside service is asked.
func init() {
	register("ntop", map[string]func(c *Call){
		"hasGeoIP":           func(c *Call) { c.Push(c.Env.Geo != nil) },
		"getASName":          getASName,
		"getASNameFromASN":   getASNameFromASN,
		"getHostGeolocation": getHostGeolocation,
		"getHostASN":         getHostASN,
	})
}

// asNameCache is where the original keeps the names of AS numbers:
// "handle|description", or empty for none.
const asNameCache = "ntopng.as.cache"

// address is argument i as an address, a VLAN behind "@" left out; the zero
// address when it is none.
func (c *Call) address(i int) netip.Addr {
	text, _, _ := strings.Cut(c.String(i), "@")
	a, _ := netip.ParseAddr(text)
	return a
}

// getASName pushes nothing for an argument that is no string, "" for an unknown
// address: pages shorten the answer without a test.
func getASName(c *Call) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		c.Push(nil)
		return
	}
	c.Push(c.Env.Geo.AS(c.address(1)).Name)
}

func getASNameFromASN(c *Call) {
	n, ok := c.Int(1)
	if !ok || n < 0 || n > 1<<32-1 {
		c.wrongArgument(1, "number")
		c.Push(nil)
		return
	}
	number, _ := c.Str(1)
	cached, _, err := c.Env.KV.HGet(asNameCache, number)
	c.Failed(err)
	handle, description, both := strings.Cut(cached, "|")
	if !both {
		description = handle
	}
	if handle == "" {
		handle = c.Env.Geo.NameOf(uint32(n))
		description = handle
	}
	if handle == "" {
		c.Push(nil)
		return
	}
	c.Push(lua.NewTable(2).Set("handle", handle).Set("description", description))
}

func getHostGeolocation(c *Call) {
	p := c.Env.Geo.Place(c.address(1))
	c.Push(lua.NewTable(5).
		Set("continent", p.Continent).
		Set("country", p.Country).
		Set("city", p.City).
		Set("latitude", p.Latitude).
		Set("longitude", p.Longitude))
}

func getHostASN(c *Call) {
	s := c.Env.Geo.AS(c.address(1))
	c.Push(lua.NewTable(2).Set("asn", s.Number).Set("as_name", s.Name))
}
