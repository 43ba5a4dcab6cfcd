package bindings

import (
	"cmp"
	"slices"

	"ntopgo/compat/lua"
	"ntopgo/engine/aggregate"
	"ntopgo/engine/network"
)

// Groups "Networks", "VLANs" and "Network Selection".
func init() {
	register("interface", map[string]func(c *Call){
		"getNetworksStats": getNetworksStats,
		"getNetworkStats":  getNetworkStats,
		"getVLANsList":     getVLANsList,
		"getVLANsInfo":     getVLANsInfo,
		"getVLANInfo":      getVLANInfo,
	})
	register("network", map[string]func(c *Call){
		"select":          func(c *Call) { c.selectedNetwork = int(c.Integer(1)) },
		"getNetworkStats": func(c *Call) { c.Push(c.networkStats(c.selectedNetwork)) },
	})
}

// networkView is what a local network did.
func (c *Call) networkView(id int) *aggregate.View {
	v := aggregate.View{}
	if c.Iface != nil {
		v, _ = c.Iface.Group(aggregate.Network, uint32(id))
	}
	return &v
}

func (c *Call) networkTable(n network.Network, s *aggregate.View) *lua.Table {
	t := lua.NewTable(32).
		Set("network_key", n.Prefix.String()).
		Set("intranet_traffic", lua.NewTable(0)). // pages read it, though only paid editions count it
		Set("network_id", n.ID).
		Set("num_hosts", s.Hosts-s.Addressed).
		Set("engaged_alerts", c.networkAlerts(n)).
		Set("round_trip_time", 0).
		Set("ingress", s.Traffic.Rcvd.Bytes).
		Set("egress", s.Egress().Bytes).
		Set("inner", s.Inner.Bytes).
		Set("broadcast", lua.NewTable(3).Set("ingress", s.Broadcast.Ingress).Set("egress", s.Broadcast.Egress).Set("inner", s.Broadcast.Inner)).
		Set("alerted_flows", alertedFlows(&s.Sum)).
		Set("tcpPacketStats.ingress", tcpIssues(s.TCPRcvd)).
		Set("tcpPacketStats.egress", tcpIssues(s.TCPSent)).
		Set("tcpPacketStats.inner", tcpIssues(s.TCPInner)).
		Set("bytes.ndpi.unknown", 0)
	setScores(t, &s.Sum)
	setThroughput(t, &s.Throughput)
	setDuplex(t, s.Traffic)
	return t
}

func getNetworksStats(c *Call) {
	all := c.Env.Nets.All()
	t := lua.NewTable(len(all))
	for _, n := range all {
		if c.AllowsAddr(n.Prefix.Addr()) {
			t.Set(n.Prefix.String(), c.networkTable(n, c.networkView(n.ID)))
		}
	}
	c.Push(t)
}

// getNetworkStats is one network in the shape of the list: prefix -> table.
func getNetworkStats(c *Call) {
	id, ok := c.Int(1)
	if !ok {
		c.wrongArgument(1, "number")
		c.Push(nil)
		return
	}
	t := lua.NewTable(1)
	if n, ok := c.networkStats(int(id)).(*lua.Table); ok {
		t.Set(c.networkName(int(id)), n)
	}
	c.Push(t)
}

func (c *Call) networkStats(id int) any {
	all := c.Env.Nets.All()
	if id < 0 || id >= len(all) || !c.AllowsAddr(all[id].Prefix.Addr()) {
		return nil
	}
	return c.networkTable(all[id], c.networkView(id))
}

// vlans are the VLANs by id, untagged traffic left out.
func (c *Call) vlans() []*group {
	var out []*group
	for _, g := range c.groups(aggregate.VLAN) {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b *group) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

func (c *Call) vlanTable(g *group) *lua.Table {
	t := lua.NewTable(24).
		Set("vlan", g.ID).
		Set("vlan_id", g.ID).
		Set("ndpi", protocols(c.Env.DPI, &g.L7))
	setScores(t, &g.Sum)
	g.setTraffic(t)
	c.setVLANPorts(t, uint16(g.ID))
	return t
}

// getVLANsList is nil without VLANs: that is how scripts tell.
func getVLANsList(c *Call) {
	all := c.vlans()
	if len(all) == 0 {
		c.Push(nil)
		return
	}
	c.Push(c.vlanList(all, len(all)))
}

// getVLANsInfo takes column, rows, how many to skip, and whether to count up.
// Without VLANs the list is empty and not nil, since the page of VLANs walks
// through it unseen.
func getVLANsInfo(c *Call) {
	o := lua.NewTable(4)
	for i, name := range []string{"sortColumn", "maxHits", "toSkip", "a2zSortOrder"} {
		o.Set(name, c.Value(i+1))
	}
	all := c.vlans()
	n := len(all)
	c.Push(c.vlanList(pageOf(options{o}, all, nil), n))
}

func (c *Call) vlanList(page []*group, total int) *lua.Table {
	list := lua.NewTable(len(page))
	for _, v := range page {
		list.Append(c.vlanTable(v))
	}
	return lua.NewTable(2).Set("numVLANs", total).Set("VLANs", list)
}

func getVLANInfo(c *Call) {
	want := c.Integer(1)
	for _, v := range c.vlans() {
		if int64(v.ID) == want {
			c.Push(c.vlanTable(v))
			return
		}
	}
	c.Push(nil)
}
