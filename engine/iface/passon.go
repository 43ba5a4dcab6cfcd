package iface

import (
	"ntopgo/engine/aggregate"
	"ntopgo/engine/checks"
	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// passer takes what flows gained to whom it is passed on. It belongs to one goroutine.
type passer struct {
	groups aggregate.Passing
	first  int // kind of groups that it begins with, unlike others
	meta   dpi.Metadata
}

// gains takes what some flows of s gained to whom it is passed on.
func (s *shard) gains(part []flow.Pending) {
	defer s.passer.toGroups() // also what came before an internal error
	s.passer.passOn(s, part)
}

// passOn takes the gains of some flows of s to their hosts and stations, and keeps them
// for toGroups. The memory of these is asked for first, together: one by one it would be
// what the shard waits for.
func (p *passer) passOn(s *shard, part []flow.Pending) {
	for i := range part {
		if f := s.flows.Flow(&part[i]); f != nil {
			s.flows.PrefetchForGains(f)
		}
	}
	for i := range part {
		if f := s.flows.Flow(&part[i]); f != nil {
			cli, srv := s.flows.Hosts(f)
			cli.Prefetch()
			srv.Prefetch()
		}
	}
	for i := range part {
		if f := s.flows.Flow(&part[i]); f != nil {
			cli, srv := s.flows.Hosts(f)
			cli.PrefetchMore()
			srv.PrefetchMore()
		}
	}
	for i := range part {
		if f := s.flows.Flow(&part[i]); f != nil {
			p.passOnFlow(s, f, &part[i])
		}
	}
}

// toGroups takes what was passed on since the last call to the groups; until then the
// parts that it came in must stay as they are.
func (p *passer) toGroups() { p.groups.Pass(p.first) }

// toOne says whether both ends of a flow are plain host addresses.
func (s *shard) toOne(f *flow.Record) bool {
	l := s.flows.Links(f)
	group := func(h *host.Host) bool { return h != nil && h.Group }
	return flow.Unicast(f.Client()) && flow.Unicast(f.Server()) && !group(l.Cli) && !group(l.Srv)
}

// passOnFlow takes what a flow gained to its hosts and stations.
func (p *passer) passOnFlow(s *shard, f *flow.Record, gained *flow.Pending) {
	up, down := &gained.Gain[0], &gained.Gain[1]
	if !f.PortsNoted() {
		s.notePorts(f)
	}
	if n := f.Profile(); n != 0 {
		s.countProfile(n, up, down)
	}
	tosUp, tosDown := f.TOS()
	g := host.Gained{Sent: up, Rcvd: down, First: gained.First, Seconds: gained.Seconds, L7Seconds: gained.L7Seconds,
		Proto: f.Proto, SentTOS: tosUp, RcvdTOS: tosDown, LastSeen: f.LastSeen(), FlowID: f.ID()}
	g.App, g.Category = f.Application()
	if f.Proto == decode.ProtoUDP {
		g.Unicast = s.toOne(f)
	}
	if f.Classified() {
		g.L7 = counters.Duplex{Sent: up.Traffic(), Rcvd: down.Traffic()}
		if g.NewL7 = f.CountL7Flow(); g.NewL7 {
			g.L7.Sent, g.L7.Rcvd = f.Totals() // what came before the classifier decided
		}
	}
	// Each host sees the flow from its side.
	l := s.flows.Links(f)
	if f.Followed() {
		p.countVirtualHost(s, f, l, &g)
	}
	if s.i.Live() && periodEnded(f, gained.First) {
		s.examine(checks.Periodic, f, l)
	}
	rttServer, rttClient := f.Latencies()
	g.RTT = rttClient
	gain(l.Cli, l.CliMAC, &g)
	p.keepForGroups(f, l, &g, rttServer)
	g.Sent, g.Rcvd, g.SentTOS, g.RcvdTOS, g.RTT = g.Rcvd, g.Sent, g.RcvdTOS, g.SentTOS, rttServer
	g.L7.Sent, g.L7.Rcvd = g.L7.Rcvd, g.L7.Sent
	gain(l.Srv, l.SrvMAC, &g)
}

// gain passes g on to one end of a flow and its station; either may be nil.
func gain(h *host.Host, m *mac.Mac, g *host.Gained) {
	if h != nil {
		h.Gain(g)
	}
	if m != nil && g.L7.Packets() > 0 {
		m.CountL7(g.App, g.Category, g.L7, g.First, g.L7Seconds, g.NewL7)
	}
}
