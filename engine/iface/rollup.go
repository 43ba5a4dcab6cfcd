package iface

import (
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
	for _, s := range i.shards {
		s.work <- task{rollUp: r}
	}
	r.wg.Wait()

	for _, h := range i.hosts.All() {
		h.Update(func(d *host.Data) {
			d.Throughput.Update(d.Traffic.Bytes(), d.Traffic.Packets(), now)
		})
	}
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

// rest sets every rate to zero: after the end of a file nothing flows.
func (i *Interface) rest() {
	for _, h := range i.hosts.All() {
		h.Update(func(d *host.Data) { d.Throughput = counters.Throughput{} })
	}
	for _, m := range i.macs.All() {
		m.Update(func(d *mac.Data) { d.Throughput = counters.Throughput{} })
	}
}

// rollUp runs on the shard's goroutine, under its lock.
func (s *shard) rollUp(r *rollUp) {
	if r.last && s.i.info.Kind == capture.KindFile {
		s.flows.GiveUp()
	}
	apply := func(f *flow.Flow, d *flow.Delta) { s.apply(f, d, r) }
	if r.purge {
		limit := r.now - int64(s.i.cfg.FlowIdle)
		s.flows.Purge(limit, apply, s.detach)
	}
	s.flows.RollUp(apply)
	for a, d := range s.macs {
		s.i.macs.Get(a, d.data.FirstSeen).Update(func(m *mac.Data) { m.Merge(&d.data) })
		delete(s.macs, a)
	}
	s.i.mu.Lock()
	s.i.total.Add(&s.counted)
	s.i.mu.Unlock()
	s.counted = Counters{}
}

// apply passes on what f gained to its hosts, its MACs and the interface.
func (s *shard) apply(f *flow.Flow, d *flow.Delta, r *rollUp) {
	if r.last {
		f.Throughput = counters.Throughput{}
	} else {
		f.UpdateThroughput(r.now)
	}
	sec := r.now/1e9 - 1 // the second that ends with this roll-up
	c := &s.counted
	c.Issues.Add(d.IssuesToServer)
	c.Issues.Add(d.IssuesToClient)
	s.countLocality(f, d)
	app, cat := f.Result.App, uint16(f.Result.Category)
	if app == 0 {
		app = f.Result.Master
	}
	dup := func(sent, rcvd counters.Traffic) counters.Duplex { return counters.Duplex{Sent: sent, Rcvd: rcvd} }
	l7 := dup(d.L7ToServer, d.L7ToClient)
	if l7.Packets() > 0 {
		firstTime := f.CountL7Flow()
		countL7(&c.L7, app, l7, sec, firstTime)
		countL7(&c.Categories, cat, l7, sec, firstTime)
		s.l7ToHost(f, app, cat, l7, sec, firstTime)
	}
	countL7(&c.DSCP, uint16(f.ToServer.TOS>>2), dup(d.ToServer, counters.Traffic{}), sec, false)
	countL7(&c.DSCP, uint16(f.ToClient.TOS>>2), dup(counters.Traffic{}, d.ToClient), sec, false)
	if f.Cli != nil {
		f.Cli.Update(func(h *host.Data) {
			gain(h, f, &side{sent: d.ToServer, rcvd: d.ToClient, sentIssues: d.IssuesToServer, rcvdIssues: d.IssuesToClient,
				sentShape: &d.ShapeToServer, rcvdShape: &d.ShapeToClient, sentTOS: f.ToServer.TOS, rcvdTOS: f.ToClient.TOS, rtt: f.ClientLatency}, sec)
		})
	}
	if f.Srv != nil {
		f.Srv.Update(func(h *host.Data) {
			gain(h, f, &side{sent: d.ToClient, rcvd: d.ToServer, sentIssues: d.IssuesToClient, rcvdIssues: d.IssuesToServer,
				sentShape: &d.ShapeToClient, rcvdShape: &d.ShapeToServer, sentTOS: f.ToClient.TOS, rcvdTOS: f.ToServer.TOS, rtt: f.ServerLatency}, sec)
		})
	}
	s.names(f)
}

func countL7(m *counters.L7Map, id uint16, d counters.Duplex, sec int64, newFlow bool) {
	if d.Packets() == 0 {
		return
	}
	n := m.At(id)
	n.Duplex.Add(d)
	n.Seen(sec)
	if newFlow {
		n.Flows++
	}
}

// side is a flow's gain as one of its hosts sees it.
type side struct {
	sent, rcvd             counters.Traffic
	sentIssues, rcvdIssues counters.TCPIssues
	sentShape, rcvdShape   *counters.PacketShape
	sentTOS, rcvdTOS       uint8
	rtt                    int64
}

func gain(h *host.Data, f *flow.Flow, s *side, sec int64) {
	dup := counters.Duplex{Sent: s.sent, Rcvd: s.rcvd}
	h.Traffic.Add(dup)
	h.L4.Of(f.Key.Proto).Add(dup)
	h.TCPSent.Add(s.sentIssues)
	h.TCPRcvd.Add(s.rcvdIssues)
	h.Sent.Add(s.sentShape)
	h.Rcvd.Add(s.rcvdShape)
	countL7(&h.DSCP, uint16(s.sentTOS>>2), counters.Duplex{Sent: s.sent}, sec, false)
	countL7(&h.DSCP, uint16(s.rcvdTOS>>2), counters.Duplex{Rcvd: s.rcvd}, sec, false)
	if f.Key.Proto == decode.ProtoUDP {
		if flow.Unicast(f.Client) && flow.Unicast(f.Server) {
			h.UDPUnicastSent += s.sent.Bytes
		} else {
			h.UDPOtherSent += s.sent.Bytes
		}
	}
	h.LastSeen = max(h.LastSeen, f.LastSeen)
	h.Active(sec)
	if s.rtt > 0 {
		h.RTTms = float64(s.rtt) / 1e6
	}
}

func (s *shard) l7ToHost(f *flow.Flow, app, cat uint16, l7 counters.Duplex, sec int64, firstTime bool) {
	count := func(l7map, catmap *counters.L7Map, d counters.Duplex) {
		countL7(l7map, app, d, sec, firstTime)
		countL7(catmap, cat, d, sec, firstTime)
	}
	reverse := counters.Duplex{Sent: l7.Rcvd, Rcvd: l7.Sent}
	if f.Cli != nil {
		f.Cli.Update(func(h *host.Data) { count(&h.L7, &h.Categories, l7) })
	}
	if f.Srv != nil {
		f.Srv.Update(func(h *host.Data) { count(&h.L7, &h.Categories, reverse) })
	}
	for _, end := range []struct {
		a mac.Addr
		d counters.Duplex
	}{{f.CliMAC, l7}, {f.SrvMAC, reverse}} {
		if m := s.i.macs.Find(end.a); m != nil {
			m.Update(func(h *mac.Data) { count(&h.L7, &h.Categories, end.d) })
		}
	}
}

func (s *shard) countLocality(f *flow.Flow, d *flow.Delta) {
	cli, srv := s.i.nets.Local(f.Client), s.i.nets.Local(f.Server)
	add := func(from, to bool, t counters.Traffic) {
		c := &s.counted
		switch {
		case from && to:
			c.LocalToLocal.Add(t)
		case from:
			c.LocalToRemote.Add(t)
		case to:
			c.RemoteToLocal.Add(t)
		default:
			c.RemoteToRemote.Add(t)
		}
	}
	add(cli, srv, d.ToServer)
	add(srv, cli, d.ToClient)
}

// detach takes an ended flow from its hosts.
func (s *shard) detach(f *flow.Flow) {
	if f.Cli != nil {
		f.Cli.Update(func(h *host.Data) { h.ActiveAsClient-- })
	}
	if f.Srv != nil {
		f.Srv.Update(func(h *host.Data) { h.ActiveAsServer-- })
	}
}
