package bindings

import (
	"sort"

	"ntopgo/compat/lua"
	"ntopgo/engine/counters"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/network"
)

// Groups "Networks", "VLANs" and "Network Selection". The aggregates are summed
// from hosts and flows when they are asked for.
func init() {
	register("interface", map[string]func(c *Call){
		"getNetworksStats": getNetworksStats,
		"getNetworkStats":  getNetworkStats,
		"getVLANsList":     getVLANs,
		"getVLANsInfo":     getVLANs,
		"getVLANInfo":      getVLANInfo,
	})
	register("network", map[string]func(c *Call){
		"select":          func(c *Call) { c.selectedNetwork = int(c.Integer(1)) },
		"getNetworkStats": func(c *Call) { c.Push(c.networkStats(c.selectedNetwork)) },
	})
}

// netSum is the traffic of one local network.
type netSum struct {
	hosts                  int
	ingress, egress, inner counters.Traffic
	traffic                counters.Duplex
	issuesIn, issuesOut    counters.TCPIssues
	issuesInner            counters.TCPIssues
	bps, pps               float64
}

// networkSums sums every local network in one walk over hosts and flows.
func (c *Call) networkSums() []netSum {
	nets := c.Env.Nets.Fixed()
	sums := make([]netSum, len(nets.All()))
	if c.Iface == nil {
		return sums
	}
	for _, h := range c.Iface.Hosts() {
		if h.NetworkID == network.NoID || h.NetworkID >= len(sums) {
			continue
		}
		n := &sums[h.NetworkID]
		if !h.Group {
			n.hosts++
		}
		h.Update(func(d *host.Data) {
			n.bps += d.Throughput.Bytes.Value
			n.pps += d.Throughput.Packets.Value
		})
	}
	c.eachFlow(func(f *flow.Flow) {
		cli, srv := nets.ID(f.Client), nets.ID(f.Server)
		for _, way := range []struct {
			from, to int
			d        *flow.Dir
		}{{cli, srv, &f.ToServer}, {srv, cli, &f.ToClient}} {
			if way.from == way.to {
				if way.from != network.NoID {
					// Within one network what one end sends is what the other receives: it
					// is counted once, as sent.
					sums[way.from].traffic.Sent.Add(way.d.Traffic)
					sums[way.from].inner.Add(way.d.Traffic)
					sums[way.from].issuesInner.Add(way.d.Issues)
				}
				continue
			}
			if way.from != network.NoID {
				sums[way.from].egress.Add(way.d.Traffic)
				sums[way.from].traffic.Sent.Add(way.d.Traffic)
				sums[way.from].issuesOut.Add(way.d.Issues)
			}
			if way.to != network.NoID {
				sums[way.to].ingress.Add(way.d.Traffic)
				sums[way.to].traffic.Rcvd.Add(way.d.Traffic)
				sums[way.to].issuesIn.Add(way.d.Issues)
			}
		}
	})
	return sums
}

func networkTable(n network.Network, s *netSum) *lua.Table {
	t := lua.NewTable(32).
		Set("network_key", n.Prefix.String()).
		Set("network_id", n.ID).
		Set("num_hosts", s.hosts).
		Set("engaged_alerts", 0).
		Set("round_trip_time", 0).
		Set("ingress", s.ingress.Bytes).
		Set("egress", s.egress.Bytes).
		Set("inner", s.inner.Bytes).
		Set("broadcast", lua.NewTable(3).Set("ingress", 0).Set("egress", 0).Set("inner", 0)).
		Set("alerted_flows", lua.NewTable(3).Set("as_client", 0).Set("as_server", 0).Set("total", 0)).
		Set("tcpPacketStats.ingress", tcpIssues(s.issuesIn)).
		Set("tcpPacketStats.egress", tcpIssues(s.issuesOut)).
		Set("tcpPacketStats.inner", tcpIssues(s.issuesInner)).
		Set("throughput_bps", s.bps).
		Set("throughput_trend_bps", 0).
		Set("throughput_pps", s.pps).
		Set("throughput_trend_pps", 0).
		Set("bytes.ndpi.unknown", 0).
		Set("score", 0).
		Set("score.as_client", 0).
		Set("score.as_server", 0).
		Set("score_pct", lua.NewTable(0))
	setDuplex(t, s.traffic)
	return t
}

func getNetworksStats(c *Call) {
	sums := c.networkSums()
	t := lua.NewTable(len(sums))
	for _, n := range c.Env.Nets.All() {
		if n.ID < len(sums) && c.AllowsAddr(n.Prefix.Addr()) {
			t.Set(n.Prefix.String(), networkTable(n, &sums[n.ID]))
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
	sums := c.networkSums()
	return networkTable(all[id], &sums[id])
}

// vlanSum is the traffic of one VLAN.
type vlanSum struct {
	id          uint16
	hosts       int
	traffic     counters.Duplex
	l7          counters.L7Map
	first, last int64
	bps, pps    float64
}

// vlans sums the hosts by VLAN, untagged ones left out. Each byte is counted
// where it was sent and where it was received.
func (c *Call) vlans() []*vlanSum {
	if c.Iface == nil {
		return nil
	}
	byID := map[uint16]*vlanSum{}
	for _, h := range c.Iface.Hosts() {
		if h.VLAN == 0 {
			continue
		}
		v := byID[h.VLAN]
		if v == nil {
			v = &vlanSum{id: h.VLAN}
			byID[h.VLAN] = v
		}
		d := h.Snapshot()
		v.hosts++
		v.traffic.Add(d.Traffic)
		v.l7.Add(&d.L7)
		v.bps += d.Throughput.Bytes.Value
		v.pps += d.Throughput.Packets.Value
		if v.first == 0 || d.FirstSeen < v.first {
			v.first = d.FirstSeen
		}
		v.last = max(v.last, d.LastSeen)
	}
	var out []*vlanSum
	for _, v := range byID {
		out = append(out, v)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].id < out[j].id })
	return out
}

func (c *Call) vlanTable(v *vlanSum) *lua.Table {
	t := lua.NewTable(24).
		Set("vlan", v.id).
		Set("vlan_id", v.id).
		Set("seen.first", seconds(v.first)).
		Set("seen.last", seconds(v.last)).
		Set("duration", seconds(v.last)-seconds(v.first)+1).
		Set("num_hosts", v.hosts).
		Set("score", 0).
		Set("score.as_client", 0).
		Set("score.as_server", 0).
		Set("throughput_bps", v.bps).
		Set("throughput_trend_bps", 0).
		Set("throughput_pps", v.pps).
		Set("throughput_trend_pps", 0).
		Set("ndpi", protocols(c.Env.DPI, &v.l7))
	setDuplex(t, v.traffic)
	return t
}

func getVLANs(c *Call) {
	all := c.vlans()
	if len(all) == 0 {
		c.Push(nil)
		return
	}
	list := lua.NewTable(0)
	for _, v := range all {
		list.Append(c.vlanTable(v))
	}
	c.Push(lua.NewTable(2).Set("numVLANs", len(all)).Set("VLANs", list))
}

func getVLANInfo(c *Call) {
	want := c.Integer(1)
	for _, v := range c.vlans() {
		if int64(v.id) == want {
			c.Push(c.vlanTable(v))
			return
		}
	}
	c.Push(nil)
}
