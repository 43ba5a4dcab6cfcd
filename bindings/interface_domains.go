package bindings

import (
	"net/netip"

	"ntopgo/compat/lua"
	"ntopgo/engine/iface"
)

// Broadcast domains, learnt from ARP and from frames to everybody.
func init() {
	register("interface", map[string]func(c *Call){
		"resetBroadcastDomains": func(c *Call) {
			if c.Iface != nil && c.Admin() {
				c.Iface.ResetDomains()
			}
			c.Push(nil)
		},
	})
}

func (c *Call) broadcastDomains() []iface.Domain {
	if !c.domainsRead && c.Iface != nil {
		c.domains, c.domainsRead = c.Iface.Domains(), true
	}
	return c.domains
}

// inBroadcastDomain says whether an address, of IPv4 only, is on the link. It
// is asked for each host of a listing, so the domains are read once per call.
func (c *Call) inBroadcastDomain(a netip.Addr) bool {
	for _, d := range c.broadcastDomains() {
		if d.Prefix.Contains(a) {
			return true
		}
	}
	return false
}

// domainTable is prefix -> {hits, ghost_network}. A ghost network is one that a
// live interface hears and has no address in.
func (c *Call) domainTable() *lua.Table {
	t := lua.NewTable(4)
	for _, d := range c.broadcastDomains() {
		t.Set(d.Prefix.String(), lua.NewTable(2).Set("hits", d.Hits).Set("ghost_network", c.ghost(d.Prefix)))
	}
	return t
}

func (c *Call) ghost(p netip.Prefix) bool {
	if c.Iface == nil || !c.Iface.Live() || c.ifacePref(mirroredPref, false) || c.Env.Nets.Local(p.Addr()) {
		return false
	}
	for _, own := range c.info().Addresses {
		if own.Overlaps(p) {
			return false
		}
	}
	return true
}
