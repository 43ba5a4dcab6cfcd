package bindings

import "net/netip"

// malwareCategory is nDPI's number of the category of addresses and names that
// lists call dangerous.
const malwareCategory = 100

// blacklisted says whether a list calls an address dangerous, and which.
func (c *Context) blacklisted(a netip.Addr) (list string, on bool) {
	category, list, ok := c.Env.DPI.MatchCategory(a.String())
	if !ok || category != malwareCategory {
		return "", false
	}
	return list, true
}

func (c *Context) isBlacklisted(a netip.Addr) bool {
	_, on := c.blacklisted(a)
	return on
}
