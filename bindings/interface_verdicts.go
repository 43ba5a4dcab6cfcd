package bindings

import (
	"ntopgo/compat/lua"
	"ntopgo/engine/flow"
	"ntopgo/engine/iface"
)

// Verdicts about flows. This program does not stand in the way of packets: a
// verdict is kept with its flow, shown, and enforced by nobody.
func init() {
	register("interface", map[string]func(c *Call){
		"dropFlowTraffic":          dropFlow,
		"dropMultipleFlowsTraffic": dropFlows,
		"dropHostTraffic":          dropHost,
		"updateHostTrafficPolicy":  updateHostPolicy,
	})
}

// dropFlow takes the key and the id of a flow; true when it was found. Scripts
// of 2024 forget the id, which finds nothing.
func dropFlow(c *Call) {
	if c.Kind(1) != lua.Number || c.Kind(2) != lua.Number {
		c.wrongArgument(1, "number, followed by a number")
		c.Push(nil)
		return
	}
	if c.Iface == nil || !c.Admin() {
		c.Push(nil)
		return
	}
	key, id := uint32(c.Integer(1)), uint32(c.Integer(2))
	n := c.drop(func(f *flow.Flow) bool { return f.ID == id && f.DisplayKey() == key })
	c.Push(n > 0)
}

// dropFlows drops the flows that the options of a listing select.
func dropFlows(c *Call) {
	if c.Table(1) == nil {
		c.wrongArgument(1, "table")
		c.Push(nil)
		return
	}
	if c.Iface == nil || !c.Admin() {
		c.Push(nil)
		return
	}
	c.drop(newFlowFilter(c, "", options{c.Table(1)}).match)
	c.Push(true)
}

// dropHost drops the flows of a host and says how many they were.
func dropHost(c *Call) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		c.Push(nil)
		return
	}
	if c.Iface == nil || !c.Admin() {
		c.Push(nil)
		return
	}
	n := 0
	if h := c.findHostArg1(); h != nil {
		n = c.drop(func(f *flow.Flow) bool {
			return f.Key.VLAN == h.VLAN && (f.Client == h.Addr || f.Server == h.Addr)
		})
	}
	c.Push(n)
}

// drop gives the flows that match, and that the user may see, the verdict to be
// dropped.
func (c *Call) drop(match func(f *flow.Flow) bool) int {
	page, _ := c.Iface.Flows(iface.FlowQuery{Match: func(f *flow.Flow) bool {
		return match(f) && c.seesFlow(f)
	}})
	for i := range page {
		c.Iface.Drop(&page[i])
	}
	return len(page)
}

// hostDropKey maps hosts to "true" where all their traffic is to be dropped.
const hostDropKey = "ntopng.prefs.drop_host_traffic"

// updateHostPolicy takes a host and a VLAN, and applies what the preferences say
// of it to its flows; true when the host is known.
func updateHostPolicy(c *Call) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		c.Push(nil)
		return
	}
	h := c.findHostArg(1)
	if h == nil {
		c.Push(false)
		return
	}
	drop, _, err := c.Env.KV.HGet(hostDropKey, hostKey(h.Key))
	if !c.Failed(err) && drop == "true" {
		c.drop(func(f *flow.Flow) bool { return f.Key.VLAN == h.VLAN && (f.Client == h.Addr || f.Server == h.Addr) })
	}
	c.Push(true)
}
