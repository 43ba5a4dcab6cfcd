package bindings

import (
	"math/bits"

	"ntopgo/compat/lua"
	"ntopgo/engine/counters"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// flowSums are what the flows that a filter selects have in common.
type flowSums struct {
	c            *Call
	flows        int
	sent, rcvd   uint64
	protos, cats counters.L7Map
	// How many flows there are by number: transport protocol, DSCP, alert, pool.
	l4, dscps, alerts, pools map[int64]int
	// levels are alerted flows by the group of their severity.
	levels       map[string]int
	peers, ssids map[string]int
	systems      *systemSums

	poolOf map[*host.Host]int64
}

func newFlowSums(c *Call) *flowSums {
	return &flowSums{c: c, l4: map[int64]int{}, dscps: map[int64]int{}, alerts: map[int64]int{}, pools: map[int64]int{},
		levels: map[string]int{}, peers: map[string]int{}, ssids: map[string]int{}, systems: newSystemSums(),
		poolOf: map[*host.Host]int64{}}
}

func (s *flowSums) add(f *flow.Flow) {
	s.flows++
	s.sent += f.ToServer.Bytes
	s.rcvd += f.ToClient.Bytes
	d := counters.Duplex{Sent: f.ToServer.Traffic, Rcvd: f.ToClient.Traffic}
	for _, n := range []*counters.L7{s.protos.At(application(f)), s.cats.At(uint16(f.Result.Category))} {
		n.Duplex.Add(d)
		n.Flows++
	}
	s.l4[int64(f.Key.Proto)]++
	both(s.dscps, int64(f.ToServer.TOS>>2), int64(f.ToClient.TOS>>2))
	both(s.pools, s.pool(f.Cli), s.pool(f.Srv))
	for i, word := range f.Alerts.Bits() {
		for ; word != 0; word &= word - 1 {
			s.alerts[int64(64*i+bits.TrailingZeros64(word))]++
		}
	}
	if level := severityGroup(severityOfScore(int64(f.Alerts.Top().Score()))); level != "" {
		s.levels[level]++
	}
	s.peers[f.Client.String()]++
	s.peers[f.Server.String()]++
	if f.Origin != nil && f.Origin.SSID != "" {
		s.ssids[f.Origin.SSID]++
	}
	if s.c.Env.TreeYear >= 2026 { // trees of 2024 do not ask
		s.systems.add(s.c, f)
	}
}

// both counts a flow for what its two ends have, once when that is the same.
func both(m map[int64]int, a, b int64) {
	m[a]++
	if b != a {
		m[b]++
	}
}

// pool is the pool of one end of a flow.
func (s *flowSums) pool(h *host.Host) int64 {
	if h == nil {
		return defaultPool
	}
	id, known := s.poolOf[h]
	if !known {
		h.Update(func(d *host.Data) {
			n, _ := s.c.hostPools().Of(h.Addr, h.VLAN, d.Mac)
			id = int64(n)
		})
		s.poolOf[h] = id
	}
	return id
}

// severityGroup is the group that filters of listings know a severity by; "" for
// no alert. The highest count as errors, as in the original.
func severityGroup(severity int64) string {
	switch {
	case severity <= 0:
		return ""
	case severity <= 3:
		return "notice_or_lower"
	case severity == 4:
		return "warning"
	case severity == 6 || severity == 7:
		return "critical"
	default:
		return "error"
	}
}

// getActiveFlowsStats sums the flows that a filter selects.
func getActiveFlowsStats(c *Call) {
	about, _ := c.Str(1)
	q := newFlowFilter(c, about, options{c.Table(2)})
	onlyTraffic := c.OptBool(3, false)
	sums := newFlowSums(c)
	c.eachFlow(func(f *flow.Flow) {
		if q.match(f) {
			sums.add(f)
		}
	})
	c.Push(sums.table(onlyTraffic))
}

func (s *flowSums) table(onlyTraffic bool) *lua.Table {
	t := lua.NewTable(20).Set("numFlows", s.flows).Set("totBytesSent", s.sent).Set("totBytesRcvd", s.rcvd)
	dpi, year := s.c.Env.DPI, s.c.Env.TreeYear
	if year >= 2026 {
		t.Set("asn_names", s.systems.names)
		t.Set("qoe", lua.NewTable(0)) // how well flows did is rated in paid editions only: none is
	}
	if onlyTraffic {
		return t
	}
	t.Set("ndpi", protocols(dpi, &s.protos)).
		Set("ndpi_categories", categories(dpi, &s.cats)).
		Set("status", countTables(s.alerts)).
		Set("l4_protocols", countTables(s.l4)).
		Set("dscps", countTables(s.dscps)).
		Set("host_pool_id", countTables(s.pools)).
		Set("alert_levels", tally(s.levels)).
		Set("talking_with", tally(s.peers)).
		Set("wlan_ssid", tally(s.ssids))
	if year >= 2026 {
		s.systems.put(t, func(b *systemBytes) any { return b.sent + b.rcvd })
	}
	return t
}

func tally(m map[string]int) *lua.Table {
	t := lua.NewTable(len(m))
	for k, n := range m {
		t.Set(k, n)
	}
	return t
}

// countTables maps numbers to {count = n}.
func countTables(m map[int64]int) *lua.Table {
	t := lua.NewTable(len(m))
	for k, n := range m {
		t.Set(k, lua.NewTable(1).Set("count", n))
	}
	return t
}
