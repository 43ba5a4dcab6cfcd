package iface

import (
	"net/netip"
	"sync"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// purgeSeconds is how often idle flows, hosts and MACs are looked for.
const purgeSeconds = 5

// protocolDNS is nDPI's number for DNS. Its flows are counted as DNS, whatever
// the name asked for belongs to.
const protocolDNS = 5

// rollUp is one order to the shards to pass on what their flows gained.
type rollUp struct {
	now   int64 // nanoseconds
	purge bool
	last  bool // no packet will follow
	wg    sync.WaitGroup
}

// rollUp has every shard roll up, then derives rates and forgets what is idle.
// It returns when all is done, so that nothing read later is counted with it.
func (i *Interface) rollUp(now int64, purge, last bool) {
	r := &rollUp{now: now, purge: purge, last: last}
	r.wg.Add(len(i.shards))
	for n := range i.shards {
		i.give(n, task{rollUp: r})
	}
	r.wg.Wait()

	i.deriveHosts(now)
	for _, m := range i.macs.All() {
		m.Update(func(d *mac.Data) {
			d.Throughput.Update(d.Traffic.Bytes(), d.Traffic.Packets(), now)
		})
	}
	i.mu.Lock()
	i.throughput.Update(i.total.Total.Bytes, i.total.Total.Packets, now)
	i.ingress.Update(i.total.Ingress.Bytes, i.total.Ingress.Packets, now)
	i.egress.Update(i.total.Egress.Bytes, i.total.Egress.Packets, now)
	i.history.add(now/1e9-1, i.total.Ingress, i.total.Egress)
	if last {
		i.throughput, i.ingress, i.egress = counters.Throughput{}, counters.Throughput{}, counters.Throughput{}
	}
	i.mu.Unlock()
	if last {
		i.rest()
	}
	if purge {
		ago := func(d time.Duration) int64 { return now - int64(d) }
		i.hosts.Purge(ago(i.cfg.LocalHostIdle), ago(i.cfg.RemoteHostIdle))
		i.macs.Purge(ago(i.cfg.MACIdle))
	}
}

// deriveHosts updates the rates of the hosts that gained something and of
// those that did lately; the rates of all others stay zero.
func (i *Interface) deriveHosts(now int64) {
	for _, s := range i.shards {
		s.mu.Lock()
		i.rated = append(i.rated, s.rate...)
		clear(s.rate)
		s.rate = s.rate[:0]
		s.mu.Unlock()
	}
	const group = 64
	kept := i.rated[:0]
	for at := 0; at < len(i.rated); at += group {
		part := i.rated[at:min(at+group, len(i.rated))]
		for _, h := range part {
			h.PrefetchRates()
		}
		for _, h := range part {
			if h.Derive(now, i.tickAt) {
				kept = append(kept, h)
			}
		}
	}
	clear(i.rated[len(kept):])
	i.rated, i.tickAt = kept, now
}

// rest sets every rate to zero: after the end of a file nothing flows.
func (i *Interface) rest() {
	for _, h := range i.hosts.All() {
		h.Update(func(d *host.Data) { d.Throughput = counters.Throughput{} })
	}
	for _, m := range i.macs.All() {
		m.Update(func(d *mac.Data) { d.Throughput = counters.Throughput{} })
	}
}

// rollUp runs under the shard's lock.
func (s *shard) rollUp(r *rollUp) {
	if r.last && s.i.info.Kind == capture.KindFile {
		s.flows.GiveUp()
	}
	apply := func(part []flow.Pending) { s.applyPart(part, r) }
	if r.purge {
		limit := r.now - int64(s.i.cfg.FlowIdle)
		s.flows.Purge(limit, apply, s.detach)
	}
	s.flows.RollUp(apply)
	s.rolledUp = r.now
	s.macs.take(func(a mac.Addr, d *mac.Data) {
		s.i.macs.Get(a, d.FirstSeen).Update(func(m *mac.Data) { m.Merge(d) })
	})
	c, n := &s.counted, s.flows.TakeCounts()
	c.NewFlows, c.SynFlows, c.EstablishedFlows, c.ResetFlows, c.FinFlows = n.New, n.Syn, n.Established, n.Reset, n.Fin
	s.i.mu.Lock()
	s.i.domains.add(s.bcast)
	clear(s.bcast)
	s.i.total.Add(c)
	s.l7.MoveTo(&s.i.total.L7)
	s.categories.MoveTo(&s.i.total.Categories)
	s.dscp.MoveTo(&s.i.total.DSCP)
	s.i.mu.Unlock()
	c.clear()
}

// applyPart passes on some gains. The hosts are fetched first, together: one by
// one their memory would be what the roll-up waits for.
func (s *shard) applyPart(part []flow.Pending, r *rollUp) {
	for i := range part {
		part[i].Flow.Prefetch()
	}
	for i := range part {
		f := part[i].Flow
		if f.Cli != nil {
			f.Cli.Prefetch()
		}
		if f.Srv != nil {
			f.Srv.Prefetch()
		}
	}
	for i := range part {
		s.apply(&part[i], r)
	}
}

// apply passes on what a flow gained to its hosts, its MACs and the interface.
func (s *shard) apply(p *flow.Pending, r *rollUp) {
	f, up, down := p.Flow, &p.Gain[0], &p.Gain[1]
	if r.last {
		f.Rest()
	} else {
		f.UpdateRates(up, down, r.now)
	}
	if f.CountHosts() {
		countFlow(f)
	}
	sec := r.now/1e9 - 1 // the second that ends with this roll-up
	c := &s.counted
	c.Issues.AddGain(up)
	c.Issues.AddGain(down)
	s.countLocality(f, up.Traffic(), down.Traffic())
	tosUp, tosDown := f.TOS()
	s.dscp.Count(uint16(tosUp>>2), counters.Duplex{Sent: up.Traffic()}, sec, false)
	s.dscp.Count(uint16(tosDown>>2), counters.Duplex{Rcvd: down.Traffic()}, sec, false)

	// Each host sees the flow from its side.
	g := host.Gained{Sent: up, Rcvd: down, Proto: f.Proto, SentTOS: tosUp, RcvdTOS: tosDown,
		LastSeen: f.LastSeen(), FlowID: f.ID(), Category: uint16(f.Result.Category), App: f.Result.App}
	if g.App == 0 {
		g.App = f.Result.Master
	}
	if f.Result.Master == protocolDNS {
		g.App = protocolDNS // what a name belongs to is not what was spoken
	}
	if f.Proto == decode.ProtoUDP {
		g.Unicast = flow.Unicast(f.Client()) && flow.Unicast(f.Server())
	}
	if f.Classified() {
		g.L7 = counters.Duplex{Sent: up.Traffic(), Rcvd: down.Traffic()}
		if g.NewL7 = f.CountL7Flow(); g.NewL7 {
			g.L7.Sent, g.L7.Rcvd = f.Totals() // what came before the classifier decided
		}
		if g.NewL7 {
			s.recognised(f, g.App)
		}
		s.l7.Count(g.App, g.L7, sec, g.NewL7)
		s.categories.Count(g.Category, g.L7, sec, g.NewL7)
	}
	rttServer, rttClient := f.Latencies()
	cli, srv := f.MACs()
	g.RTT = rttClient
	s.gain(f.Cli, cli, &g, sec)
	g.Sent, g.Rcvd, g.SentTOS, g.RcvdTOS, g.RTT = g.Rcvd, g.Sent, g.RcvdTOS, g.SentTOS, rttServer
	g.L7.Sent, g.L7.Rcvd = g.L7.Rcvd, g.L7.Sent
	s.gain(f.Srv, srv, &g, sec)
	s.names(f)
}

// gain passes g on to one end of a flow and its station; either may be nil.
func (s *shard) gain(h *host.Host, m *mac.Mac, g *host.Gained, sec int64) {
	if h != nil && s.i.hosts.Gain(h, g, sec) {
		s.rate = append(s.rate, h)
	}
	if m != nil && g.L7.Packets() > 0 {
		m.CountL7(g.App, g.Category, g.L7, sec, g.NewL7)
	}
}

func (s *shard) countLocality(f *flow.Record, up, down counters.Traffic) {
	local := func(h *host.Host, a func() netip.Addr) bool {
		if h != nil {
			return h.Local
		}
		return s.i.nets.Local(a())
	}
	cli, srv := local(f.Cli, f.Client), local(f.Srv, f.Server)
	c := &s.counted
	switch {
	case cli && srv:
		c.LocalToLocal.Add(up)
		c.LocalToLocal.Add(down)
	case cli:
		c.LocalToRemote.Add(up)
		c.RemoteToLocal.Add(down)
	case srv:
		c.RemoteToLocal.Add(up)
		c.LocalToRemote.Add(down)
	default:
		c.RemoteToRemote.Add(up)
		c.RemoteToRemote.Add(down)
	}
}

// detach takes an ended flow from its hosts.
func (s *shard) detach(f *flow.Record) {
	s.ended(f)
	if !f.HostsCounted() {
		return
	}
	if f.Cli != nil {
		f.Cli.Lock().ActiveAsClient--
		f.Cli.Unlock()
	}
	if f.Srv != nil {
		f.Srv.Lock().ActiveAsServer--
		f.Srv.Unlock()
	}
}
