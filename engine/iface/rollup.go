package iface

import (
	"sync"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/checks"
	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// purgeSeconds is how often idle flows, hosts and MACs are looked for.
const purgeSeconds = 5

// rollUp is one order to the shards to end a second.
type rollUp struct {
	now   int64  // its end, nanoseconds
	next  uint32 // second (Unix) that begins
	first bool   // there was no second before
	purge bool
	last  bool  // no packet will follow
	heard int64 // time of the last frame before it, nanoseconds
	left  int   // shards that have not ended it; guarded by the crew's mu
}

// afterSecond does what is left of a second that all shards have ended, before they
// begin the next.
func (i *Interface) afterSecond(r *rollUp) {
	raise(&i.lastPacket, r.heard)
	i.learnSystems()
	uses, sightings := i.takeUses(), i.takeSightings()
	// At the end of a file there is much to do: all flows that are left end in it.
	parts := 1
	if r.last {
		parts = len(i.shards)
	}
	i.each(r.last, func() { i.numberFlows(parts) }, func() { i.learnUses(uses) }, func() { i.learnDomains(sightings) }, func() { i.observeHosts(r.now, r.last) })
	if !r.first {
		i.each(false, func() { i.derive(r) })
	}
	if r.last {
		i.finished.Store(true)
	}
	i.seconds.Add(1)
}

// each calls all of them, at the same time if together.
func (i *Interface) each(together bool, calls ...func()) {
	var wg sync.WaitGroup
	for _, call := range calls {
		call := func() {
			defer i.recovered("the end of a second")
			call()
		}
		if together {
			wg.Go(call)
		} else {
			call()
		}
	}
	wg.Wait()
}

// derive derives the rates of the second that ends and forgets what is idle.
func (i *Interface) derive(r *rollUp) {
	now := r.now
	i.deriveMACs(now)
	i.mu.Lock()
	i.throughput.Update(i.total.Total.Bytes, i.total.Total.Packets, now)
	i.ingress.Update(i.total.Ingress.Bytes, i.total.Ingress.Packets, now)
	i.egress.Update(i.total.Egress.Bytes, i.total.Egress.Packets, now)
	i.history.add(now/1e9-1, i.total.Ingress, i.total.Egress)
	if r.last {
		i.throughput, i.ingress, i.egress = counters.Throughput{}, counters.Throughput{}, counters.Throughput{}
	}
	i.mu.Unlock()
	if r.last {
		i.rest()
	}
	if r.purge {
		ago := func(d time.Duration) int64 { return now - int64(d) }
		i.hosts.Purge(ago(i.cfg.LocalHostIdle), ago(i.cfg.RemoteHostIdle))
		i.macs.Purge(ago(i.cfg.MACIdle))
		i.services.Purge(now)
		i.periodic.Purge(now)
	}
}

// deriveMACs updates the rates of the stations that were seen in the second
// that ends or had a rate before it.
func (i *Interface) deriveMACs(now int64) {
	for _, s := range i.shards {
		s.mu.Lock()
		i.rated = append(i.rated, s.macs.seen...)
		clear(s.macs.seen)
		s.macs.seen = s.macs.seen[:0]
		s.mu.Unlock()
	}
	kept := i.rated[:0]
	for _, m := range i.rated {
		if m.Derive(now, i.tickAt) {
			kept = append(kept, m)
		}
	}
	clear(i.rated[len(kept):])
	i.rated, i.tickAt = kept, now
}

// rest sets every rate to zero: after the end of a file nothing flows.
func (i *Interface) rest() {
	for _, m := range i.macs.All() {
		m.Update(func(d *mac.Data) { d.Throughput = counters.Throughput{} })
	}
}

// rollUp runs under the shard's lock.
func (s *shard) rollUp(r *rollUp) {
	sec := r.next - 1 // that ends
	if r.last && s.i.info.Kind == capture.KindFile {
		s.flows.GiveUp()
	}
	if r.purge {
		s.flows.Purge(r.now - s.i.flowIdle.Load())
	}
	if !r.first {
		sec = uint32(r.now/1e9) - 1
	}
	s.flows.Advance(r.next)
	s.orderFresh()
	if r.last {
		s.examineRest()
		s.flows.End()
		s.flows.PassSome(s.flows.Gaining(), int(^uint(0)>>1))
	}
	s.macs.passOn(s.i.macs)
	s.passOnSums(sec)
}

// passOnSums adds what the shard counted in second sec to what the interface did.
func (s *shard) passOnSums(sec uint32) {
	c := &s.counted
	s.i.mu.Lock()
	defer s.i.mu.Unlock()
	s.flows.TakeSums(func(n *flow.Sums) {
		c.NewFlows, c.SynFlows, c.EstablishedFlows, c.ResetFlows, c.FinFlows = n.New, n.Syn, n.Established, n.Reset, n.Fin
		c.LocalToLocal, c.LocalToRemote = n.Local[1][1], n.Local[1][0]
		c.RemoteToLocal, c.RemoteToRemote = n.Local[0][1], n.Local[0][0]
		c.Issues = n.Issues
		n.L7.MoveTo(&s.i.total.L7, sec)
		n.Categories.MoveTo(&s.i.total.Categories, sec)
		n.DSCP.MoveTo(&s.i.total.DSCP, sec)
	})
	s.i.total.Add(c)
	c.clear()
}

// passOn takes the gains of some flows to their hosts and stations. The memory
// of these is asked for first, together: one by one it would be what the
// shard waits for.
func (s *shard) passOn(part []flow.Pending) {
	defer s.passing.Pass(s.number) // also what came before an internal error
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
			s.passOnFlow(f, &part[i])
		}
	}
}

// toOne says whether both ends of a flow are plain host addresses.
func (s *shard) toOne(f *flow.Record) bool {
	l := s.flows.Links(f)
	group := func(h *host.Host) bool { return h != nil && h.Group }
	return flow.Unicast(f.Client()) && flow.Unicast(f.Server()) && !group(l.Cli) && !group(l.Srv)
}

// passOnFlow takes what a flow gained to its hosts and stations.
func (s *shard) passOnFlow(f *flow.Record, p *flow.Pending) {
	up, down := &p.Gain[0], &p.Gain[1]
	if !f.PortsNoted() {
		s.notePorts(f)
	}
	if n := f.Profile(); n != 0 {
		s.countProfile(n, up, down)
	}
	tosUp, tosDown := f.TOS()
	g := host.Gained{Sent: up, Rcvd: down, First: p.First, Seconds: p.Seconds, L7Seconds: p.L7Seconds,
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
		s.countVirtualHost(f, l, &g)
	}
	if s.i.Live() && periodEnded(f, p.First) {
		s.examine(checks.Periodic, f, l)
	}
	rttServer, rttClient := f.Latencies()
	g.RTT = rttClient
	gain(l.Cli, l.CliMAC, &g)
	s.toGroups(f, l, &g, rttServer)
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
