package bindings

import (
	"cmp"
	"slices"
	"strings"

	"ntopgo/compat/lua"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/iface"
	"ntopgo/engine/mac"
)

// Listings for charts, and what walks all hosts or cards a piece at a time.
func init() {
	register("interface", map[string]func(c *Call){
		"getInterfaceHosts": getInterfaceHosts,
		"getGroupedFlows":   getGroupedFlows,
		"getBroadcastDomainHostsInfo": func(c *Call) {
			c.broadcastDomains()
			getHostsInfo(c, func(h *host.Host, _ *host.Data) bool { return c.inBroadcastDomain(h.Addr) })
		},
		"getBatchedMacsInfo": getBatchedMacs,
		"addMacsIpAddresses": addMACAddresses,
	})
}

// Ways of walking the hosts, by ntopng's numbers.
const (
	walkAllFlows = iota
	walkUnreachable
	walkAlerted
	walkDNS
	walkSYN
	walkSYNvsRST
	walkSYNvsSYNACK
	walkTCPPackets
	walkTCPBytes
	walkActiveAlerted
	walkRatio
	walkScore
	walkBlacklisted
	walkUnanswered
)

// point is a host in a chart of bubbles.
type point struct {
	h    *host.Host
	x, y int64
	z    uint64
}

// place says where a host stands in a chart, false when it is not part of it.
func (c *Call) place(mode int64, h *host.Host, d *host.Data, n host.ContactCounts) (x, y int64, z uint64, ok bool) {
	flows := uint64(d.ActiveAsClient + d.ActiveAsServer)
	at := func(a, b, size uint64) (int64, int64, uint64, bool) { return int64(a), int64(b), size, size > 0 }
	switch mode {
	case walkAllFlows:
		return int64(d.ActiveAsServer), int64(d.ActiveAsClient), d.Traffic().Bytes(), true
	case walkUnreachable:
		return 0, 0, d.Traffic().Bytes(), true
	case walkDNS:
		return at(d.DNSRcvd.RepliesOK, d.DNSSent.Queries, d.DNSRcvd.RepliesOK+d.DNSSent.Queries)
	case walkSYN:
		return at(d.Sent.Syn, d.Rcvd.Syn, flows)
	case walkSYNvsRST:
		return at(d.Sent.Syn, d.Rcvd.Rst, flows)
	case walkSYNvsSYNACK:
		return at(d.Sent.Syn, d.Rcvd.SynAck, flows)
	case walkTCPPackets:
		return at(d.L4.TCP.Sent.Packets, d.L4.TCP.Rcvd.Packets, d.L4.TCP.Bytes())
	case walkTCPBytes:
		return at(d.L4.TCP.Sent.Bytes, d.L4.TCP.Rcvd.Bytes, d.L4.TCP.Bytes())
	case walkRatio:
		return int64(ratio(d.Traffic().Sent.Bytes, d.Traffic().Rcvd.Bytes) * 100),
			int64(ratio(d.Traffic().Sent.Packets, d.Traffic().Rcvd.Packets) * 100), d.Traffic().Bytes(), d.Traffic().Bytes() > 0
	case walkScore:
		s := c.score(h, d)
		return at(uint64(s.role(host.AsClient)), uint64(s.role(host.AsServer)), uint64(s.sum()))
	case walkActiveAlerted:
		s := c.score(h, d)
		return at(uint64(s.flowsNow[host.AsServer]), uint64(s.flowsNow[host.AsClient]), uint64(s.flowsNow[0]+s.flowsNow[1]))
	case walkUnanswered:
		return at(n.UnansweredAsClient, n.UnansweredAsServer, n.UnansweredAsClient+n.UnansweredAsServer)
	}
	return 0, 0, 0, false // blacklisted flows are not counted
}

// maxHits is how many rows a listing has when the script does not say, and at most.
const maxHits = 32768

// getInterfaceHosts takes a way of walking, how many hosts at most, a local
// network, whether local or remote hosts are meant, and the shape for tree maps.
// Without any host it is nil.
func getInterfaceHosts(c *Call) {
	mode, limit, net := c.OptInteger(1, walkAllFlows), c.OptInteger(2, maxHits), c.OptInteger(3, -1)
	local, tree := c.OptBool(4, true), c.OptBool(5, false)
	var points []point
	if c.Iface != nil {
		for _, h := range c.Iface.Hosts() {
			if h.Local != local || net != -1 && int64(h.NetworkID) != net {
				continue
			}
			d := h.Snapshot()
			if !c.allowsHost(h, &d) {
				continue
			}
			if x, y, z, ok := c.place(mode, h, &d, h.Contacts()); ok {
				points = append(points, point{h, x, y, z})
			}
		}
	}
	if len(points) == 0 {
		c.Push(nil)
		return
	}
	slices.SortFunc(points, func(a, b point) int {
		return cmp.Or(cmp.Compare(b.z, a.z), a.h.Addr.Compare(b.h.Addr), cmp.Compare(a.h.VLAN, b.h.VLAN))
	})
	t := lua.NewTable(len(points))
	for _, p := range points[:min(int64(len(points)), max(limit, 0))] {
		d := p.h.Snapshot()
		key, label := hostKey(p.h.Key), or(c.hostName(p.h, &d), p.h.Addr.String())
		if tree {
			t.Append(lua.NewTable(3).Set("x", key).Set("y", p.z).Set("label", label))
			continue
		}
		t.Append(lua.NewTable(4).Set("x", p.x).Set("y", p.y).Set("z", p.z).
			Set("meta", lua.NewTable(2).Set("label", label).Set("url_query", "host="+key)))
	}
	c.Push(t)
}

// getGroupedFlows sums the flows that the options of argument 2 select by the
// column of argument 1. Only applications can be grouped by; for any other
// column the answer is empty, as in the original.
func getGroupedFlows(c *Call) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		c.Push(nil)
		return
	}
	t := lua.NewTable(0)
	if strings.TrimPrefix(c.String(1), "column_") != "ndpi" {
		c.Push(t)
		return
	}
	type group struct {
		bytes       uint64
		first, last int64
		flows       int
		bps         float64
	}
	match := newFlowFilter(c, "", options{c.Table(2)}).match
	groups := map[uint16]*group{}
	c.eachFlow(func(f *flow.Flow) {
		if !match(f) {
			return
		}
		g := groups[f.Result.App]
		if g == nil {
			g = &group{first: f.FirstSeen}
			groups[f.Result.App] = g
		}
		g.bytes += f.Bytes()
		g.flows++
		g.bps += f.Throughput.Bytes.Value
		g.first, g.last = min(g.first, f.FirstSeen), max(g.last, f.LastSeen)
	})
	apps := make([]uint16, 0, len(groups))
	for a := range groups {
		apps = append(apps, a)
	}
	slices.Sort(apps)
	for _, a := range apps {
		g := groups[a]
		t.Append(lua.NewTable(7).
			Set("proto", a).
			Set("bytes", g.bytes).
			Set("seen.first", seconds(g.first)).
			Set("seen.last", seconds(g.last)).
			Set("num_flows", g.flows).
			Set("num_blocked_flows", g.flows). // what a passive interface answers
			Set("throughput_bps", g.bps))
	}
	c.Push(t)
}

// batchMACs is how many cards a batched listing returns.
const batchMACs = 128

// getBatchedMacs walks the cards in order of address; a slot is how many were
// handed out before.
func getBatchedMacs(c *Call) {
	slot := int(max(c.OptInteger(1, 0), 0))
	rows := c.macs(func(m *mac.Mac, _ *mac.Data) bool { return !m.Address.Special() })
	from := min(slot, len(rows))
	to := min(from+batchMACs, len(rows))
	list := lua.NewTable(to - from)
	for i := from; i < to; i++ {
		list.Append(c.macTable(&rows[i], true))
	}
	next := 0
	if to < len(rows) {
		next = to
	}
	c.Push(lua.NewTable(3).Set("numMacs", len(rows)).Set("nextSlot", next).Set("macs", list))
}

// addMACAddresses adds to each card of the table in argument 1, which is card ->
// table, the hosts behind it: ip -> {host key -> IP version}.
func addMACAddresses(c *Call) {
	asked := c.Table(1)
	if asked == nil {
		c.wrongArgument(1, "table")
		c.Push(nil)
		return
	}
	found := lua.NewTable(asked.Len())
	if c.Iface != nil {
		hosts, _ := c.Iface.ListHosts(iface.HostQuery{Match: func(h *host.Host, d *host.Data) bool {
			if d.Mac == nil || d.Mac.Address.Special() || !c.allowsHost(h, d) {
				return false
			}
			_, want := asked.Get(d.Mac.Address.String()).(*lua.Table)
			return want
		}})
		byMAC := map[string]*lua.Table{}
		for _, h := range hosts {
			d := h.Snapshot()
			name := hostMAC(&d)
			if byMAC[name] == nil {
				byMAC[name] = lua.NewTable(1)
				found.Set(name, lua.NewTable(1).Set("ip", byMAC[name]))
			}
			byMAC[name].Set(hostKey(h.Key), ipVersion(h.Addr))
		}
	}
	c.Merge(1, found)
	c.Push(nil)
}
