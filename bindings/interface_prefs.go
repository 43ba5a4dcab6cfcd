package bindings

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"ntopgo/compat/lua"
	"ntopgo/engine/host"
	"ntopgo/engine/iface"
)

// Settings of an interface that live in the store. They are read when they are
// needed, so a reload has nothing to do but to say that it is done.
func init() {
	reload := func(c *Call) { c.Push(nil) }
	register("interface", map[string]func(c *Call){
		"reloadDhcpRanges":      func(c *Call) { c.ranges = nil; c.Push(nil) },
		"reloadGwMacs":          reload,
		"updateTrafficMirrored": reload,
		"updateLbdIdentifier":   reload,
		"updateSmartRecording":  reload,
		"setInterfaceIdleState": setIdle,
		"reloadHostPrefs":       reloadHostPrefs,

		"loadScalingFactorPrefs":   reloadOrders,
		"updateFlowsOnlyInterface": reloadOrders,
	})
}

// ifacePref reads a yes-or-no setting of the selected interface. format holds
// its key with a place for the interface's id.
func (c *Call) ifacePref(format string, def bool) bool {
	s, _, err := c.Env.KV.Get(fmt.Sprintf(format, c.IfaceID))
	if err != nil || s == "" {
		return def
	}
	switch s[0] {
	case '1':
		return true
	case '0':
		return false
	}
	return def
}

// Keys of settings of an interface.
const (
	mirroredPref   = "ntopng.prefs.ifid_%d.is_traffic_mirrored"
	byMACPref      = "ntopng.prefs.ifid_%d.serialize_local_broadcast_hosts_as_macs"
	dhcpRangesPref = "ntopng.prefs.ifid_%d.dhcp_ranges"
	scalingPref    = "ntopng.prefs.iface_%d.scaling_factor"
	flowsOnlyPref  = "ntopng.prefs.ifid_%d.debug.flows_only_interface"
)

// prepareOrders tells an interface by how much its traffic stands for more than
// is seen, and whether it is to keep flows only.
func (e *Env) prepareOrders(i *iface.Interface) {
	get := func(format string) string {
		s, _, err := e.KV.Get(fmt.Sprintf(format, i.ID()))
		if err != nil {
			e.Log.Logf(1, "settings of interface %d: %v", i.ID(), err)
		}
		return s
	}
	scale, err := strconv.Atoi(get(scalingPref))
	if err != nil {
		scale = 1
	}
	i.SetScale(scale)
	i.SetFlowsOnly(get(flowsOnlyPref) == "1")
}

// reloadOrders reads both again for the selected interface.
func reloadOrders(c *Call) {
	if c.Iface != nil && c.Admin() {
		c.Env.prepareOrders(c.Iface)
	}
	c.Push(nil)
}

// addrRange is a range of addresses, both ends in it.
type addrRange struct{ first, last netip.Addr }

// dhcpRanges reads, once per run, the ranges from which addresses are given out:
// "192.168.1.2-192.168.1.150,10.0.0.50-10.0.0.60".
func (c *Context) dhcpRanges() []addrRange {
	if c.ranges == nil {
		s, _, err := c.Env.KV.Get(fmt.Sprintf(dhcpRangesPref, c.IfaceID))
		if err != nil {
			c.Env.Log.Logf(1, "DHCP ranges of interface %d: %v", c.IfaceID, err)
		}
		c.ranges = parseRanges(s)
	}
	return c.ranges
}

// parseRanges leaves out what is no range.
func parseRanges(s string) []addrRange {
	out := []addrRange{}
	for _, part := range strings.Split(s, ",") {
		a, b, ok := strings.Cut(strings.TrimSpace(part), "-")
		first, err1 := netip.ParseAddr(strings.TrimSpace(a))
		last, err2 := netip.ParseAddr(strings.TrimSpace(b))
		if ok && err1 == nil && err2 == nil && first.Is4() == last.Is4() {
			out = append(out, addrRange{first, last})
		}
	}
	return out
}

// isDHCP says whether a host got its address by DHCP: that was seen, or its
// address is one of those that are given out.
func (c *Context) isDHCP(h *host.Host, d *host.Data) bool {
	if d.Names.DHCP != "" {
		return true
	}
	for _, r := range c.dhcpRanges() {
		if h.Addr.Compare(r.first) >= 0 && h.Addr.Compare(r.last) <= 0 && h.Addr.Is4() == r.first.Is4() {
			return true
		}
	}
	return false
}

// byMAC says whether a host of the broadcast domain is known by its card, so
// that it stays the same when its address changes.
func (c *Call) byMAC(h *host.Host, d *host.Data) bool {
	if !c.byMACRead {
		c.byMACRead, c.byMACOn = true, c.ifacePref(byMACPref, false)
	}
	return c.byMACOn && h.Local && d.Mac != nil && !h.Addr.IsMulticast() && c.inBroadcastDomain(h.Addr)
}

// seriesKey is the name of a host in time series.
func (c *Call) seriesKey(h *host.Host, d *host.Data) string {
	if c.byMAC(h, d) {
		return fmt.Sprintf("%s_v%d", d.Mac.Address, ipVersion(h.Addr))
	}
	return h.Addr.String()
}

func setIdle(c *Call) {
	idle, ok := c.Bool(1)
	switch {
	case !ok:
		c.wrongArgument(1, "boolean")
	case c.Iface != nil && c.Admin():
		c.Iface.SetIdle(idle)
	}
	c.Push(nil)
}

// reloadHostPrefs says whether the host is known; its settings are read when
// they are needed.
func reloadHostPrefs(c *Call) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		c.Push(nil)
		return
	}
	c.Push(c.findHostArg1() != nil)
}
