package iface

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"time"

	"ntopgo/engine/checks"
	"ntopgo/engine/counters"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// Collect counts a flow that a probe reports. It says whether there was room for
// it. It may be called before Start and by several goroutines.
func (i *Interface) Collect(n *flow.Report) bool {
	if !n.Src.IsValid() || !n.Dst.IsValid() || n.Src.Is4() != n.Dst.Is4() || i.finished.Load() {
		return false
	}
	if i.cfg.IgnoreVLANs {
		n.VLAN = 0
	}
	if i.cfg.IgnoreMACs {
		n.SrcMAC, n.DstMAC = [6]byte{}, [6]byte{}
	}
	k, reverse := n.Key()
	hash := k.Hash(i.seed)
	s := i.shards[hash>>32*uint64(len(i.shards))>>32]
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.flows.Len()
	s.flows.Order(i.dealt.Add(1) - 1)
	r, up, down := s.flows.Collect(n, &k, reverse, hash)
	if r == nil {
		s.counted.NoRoom++
		return false
	}
	if n.Origin.Alert != "" {
		s.toldAlert(r)
	}
	s.countReport(n, r, up, down)
	i.observe(n, r, up, down, s.flows.Len() > before)
	if n.VLAN != 0 {
		i.seenVLAN.Store(true)
	}
	raise(&i.lastPacket, n.Arrived)
	return true
}

// Annotate adds what an agent on a host tells of a flow of this interface; it says
// whether there is such a flow.
func (i *Interface) Annotate(n *flow.Report) bool {
	if !n.Src.IsValid() || !n.Dst.IsValid() || n.Src.Is4() != n.Dst.Is4() {
		return false
	}
	if i.Collects() {
		return i.Collect(n)
	}
	own := *n
	if i.cfg.IgnoreVLANs {
		own.VLAN = 0
	}
	k, reverse := own.Key()
	hash := k.Hash(i.seed)
	s := i.shards[hash>>32*uint64(len(i.shards))>>32]
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.flows.Annotate(&own, &k, reverse, hash)
	if known && own.Origin.Alert != "" {
		s.toldAlert(s.flows.Find(&k, hash))
	}
	return known
}

// toldAlert has the checks look at a flow that another system has an alert about,
// unless it will be recognised first.
func (s *shard) toldAlert(r *flow.Record) {
	s.i.externalAlerts.Store(true)
	if r.Classified() && r.HostsCounted() {
		s.examine(checks.Periodic, r, s.flows.Links(r))
	}
}

// ExternalAlerts says whether another system ever told of an alert about a flow.
func (i *Interface) ExternalAlerts() bool { return i.externalAlerts.Load() }

// countReport counts what a report brought into the interface and its stations.
// An exporter that does not say which way a flow took is taken to see what comes
// in, unless the flow leaves the local networks.
func (s *shard) countReport(n *flow.Report, r *flow.Record, up, down counters.Traffic) {
	c := &s.counted
	in, out := up, down
	srcLocal, dstLocal := r.Local()
	if n.Src != r.Client() {
		srcLocal, dstLocal = dstLocal, srcLocal
	}
	if n.Direction == flow.DirectionEgress || n.Direction == flow.DirectionUnknown && srcLocal && !dstLocal {
		in, out = down, up
	}
	sum := counters.Traffic{Packets: in.Packets + out.Packets, Bytes: in.Bytes + out.Bytes}
	c.Total.Add(sum)
	c.Ingress.Add(in)
	c.Egress.Add(out)
	if n.Src.Is4() {
		c.IPv4.Add(sum)
	} else {
		c.IPv6.Add(sum)
	}
	c.L4.Of(n.Proto).Add(counters.Duplex{Sent: out, Rcvd: in})
	s.countReportedMACs(n, up, down)
}

func (s *shard) countReportedMACs(n *flow.Report, up, down counters.Traffic) {
	if n.SrcMAC.IsZero() && n.DstMAC.IsZero() {
		return
	}
	s.i.seenMAC.Store(true)
	s.macs.at(n.SrcMAC, n.Arrived).traffic.Add(counters.Duplex{Sent: up, Rcvd: down})
	s.macs.at(n.DstMAC, n.Arrived).traffic.Add(counters.Duplex{Sent: down, Rcvd: up})
}

// SetFlowIdle changes after which time without a packet or report flows are
// forgotten.
func (i *Interface) SetFlowIdle(d time.Duration) { i.flowIdle.Store(int64(d)) }

// maxObsPoints bounds the observation points of an interface; their numbers have
// 16 bits.
const maxObsPoints = 1 << 12

// ObsPoint is an observation point: a part of the network that exporters name
// with a number (IPFIX element 138 or 300).
type ObsPoint struct {
	ID        uint16
	Traffic   counters.Duplex // Sent is from clients to servers
	Flows     uint64
	L7        counters.L7Map
	Exporters map[netip.Addr]bool
	FirstSeen int64 // nanoseconds
	LastSeen  int64
	Hosts     map[host.Key]bool // that were seen, at most maxObsHosts
	Removing  bool              // it was asked to be deleted
}

const maxObsHosts = 1 << 16

func (i *Interface) observe(n *flow.Report, r *flow.Record, up, down counters.Traffic, fresh bool) {
	i.obs.mu.Lock()
	defer i.obs.mu.Unlock()
	i.export(n, r, up, down, fresh)
	if n.Origin.ObsPoint == 0 {
		return
	}
	p := i.obs.points[n.Origin.ObsPoint]
	if p == nil {
		if len(i.obs.points) >= maxObsPoints {
			return
		}
		if i.obs.points == nil {
			i.obs.points = map[uint16]*ObsPoint{}
		}
		p = &ObsPoint{ID: n.Origin.ObsPoint, FirstSeen: n.Arrived, Exporters: map[netip.Addr]bool{}, Hosts: map[host.Key]bool{}}
		i.obs.points[p.ID] = p
	}
	if fresh {
		p.Flows++
	}
	p.LastSeen = max(p.LastSeen, n.Arrived)
	d := counters.Duplex{Sent: up, Rcvd: down}
	p.Traffic.Add(d)
	app, _ := r.Application()
	p.L7.Count(app, d, uint32(n.Arrived/1e9), 1, fresh)
	if n.Origin.Exporter.IsValid() {
		p.Exporters[n.Origin.Exporter] = true
	}
	for _, a := range [2]netip.Addr{n.Src, n.Dst} {
		if k := (host.Key{Addr: a, VLAN: n.VLAN}); len(p.Hosts) < maxObsHosts {
			p.Hosts[k] = true
		}
	}
}

// ObsPoints are the observation points, by number.
func (i *Interface) ObsPoints() []ObsPoint {
	i.obs.mu.Lock()
	defer i.obs.mu.Unlock()
	list := make([]ObsPoint, 0, len(i.obs.points))
	for _, p := range i.obs.points {
		own := *p
		own.L7 = p.L7.Clone()
		own.Exporters, own.Hosts = maps.Clone(p.Exporters), maps.Clone(p.Hosts)
		list = append(list, own)
	}
	slices.SortFunc(list, func(a, b ObsPoint) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// MarkObsPoint notes that an observation point is to be deleted, DeleteObsPoint
// forgets it. They say whether there was one.
func (i *Interface) MarkObsPoint(id uint16) bool {
	i.obs.mu.Lock()
	defer i.obs.mu.Unlock()
	p := i.obs.points[id]
	if p != nil {
		p.Removing = true
	}
	return p != nil
}

// DeleteObsPoint is described at MarkObsPoint.
func (i *Interface) DeleteObsPoint(id uint16) bool {
	i.obs.mu.Lock()
	defer i.obs.mu.Unlock()
	_, ok := i.obs.points[id]
	delete(i.obs.points, id)
	return ok
}
