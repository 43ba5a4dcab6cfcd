package iface

import (
	"sync"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/counters"
	"ntopgo/engine/flow"
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
	crew  *crew // whose workers help each other with the last
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
		s.passRest(r.crew)
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
