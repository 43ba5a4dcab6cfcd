package iface

import (
	"net/netip"
	"sync"

	"ntopgo/engine/behaviour"
	"ntopgo/engine/checks"
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// shard owns the flows whose five-tuples hash to it.
type shard struct {
	i      *Interface
	number int // among the shards

	mu        sync.Mutex // held for a batch or a roll-up, and by readers in between
	flows     *flow.Table
	counted   Counters // since the last roll-up
	macs      macDeltas
	sightings []sighting // of broadcast domains, in this second

	clues  []clue // about operating systems, in this second
	uses   []behaviour.Use
	viewed flow.Flow    // that checks look at
	raised []flow.Alert // by checks

	passer passer
	ahead  ahead
	active []uint32 // flows at hand whose rates are told their hosts
}

func newShard(i *Interface, number int) *shard {
	s := &shard{i: i, number: number, macs: newMACDeltas(), passer: passer{first: number}}
	s.flows = flow.NewTable(&i.limit, i.dpi, i.seed, flow.Hooks{Hosts: i.hosts, MACs: i.macs, New: s.attach, Swapped: s.swapped, Speak: i.hosts.Speak,
		Begun: s.begun, Named: s.names, Said: s.said, Gains: s.gains, Ended: s.detach})
	return s
}

// do does one thing.
func (s *shard) do(t task) {
	defer s.i.recovered("a task of a shard, the rest of which is skipped")
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.rollUp != nil {
		s.rollUp(t.rollUp)
	} else {
		s.packets(t.batch, t.packets)
	}
}

// packets counts the packets of b listed in idx. A panic costs one packet.
func (s *shard) packets(b *batch, idx []uint16) {
	s.look(b, idx)
	for from := 0; from < len(idx); {
		from = s.somePackets(b, idx, from)
	}
}

// somePackets begins with that at from in idx and returns where to go on.
func (s *shard) somePackets(b *batch, idx []uint16, from int) (next int) {
	n := from
	defer func() {
		if e := recover(); e != nil {
			s.i.panicked("a packet, which is skipped", e)
			next = n + 1
		}
	}()
	for ; n < len(idx); n++ {
		s.lookOn(b, idx, n)
		s.flows.Order(b.first + uint64(idx[n]))
		s.packet(&b.packets[idx[n]])
	}
	return n
}

func (s *shard) packet(p *packet) {
	c := &s.counted
	c.countFrame(&p.Packet)
	if p.HasMAC {
		s.countMACs(&p.Packet)
	}
	if p.Reason != decode.ReasonNone {
		c.Undecoded[p.Reason]++
	}
	if p.Layer == decode.LayerARP {
		a := p.ARP()
		s.countARP(&p.Packet, a.Op)
		s.noteDomain(a.Sender, a.Target, p.Time)
	}
	if p.flowless() {
		return
	}
	f := s.flows.Process(&p.Packet, &p.id, int(p.weight))
	if f == nil {
		c.NoRoom++
		return
	}
	if p.Proto == decode.ProtoICMP || p.Proto == decode.ProtoICMPv6 {
		n := c.icmp(host.ICMPKey{Version: p.IPVersion, Type: p.ICMPType, Code: p.ICMPCode})
		if p.Outgoing {
			n.Sent++
		} else {
			n.Rcvd++
		}
		s.countICMP(f, p)
	}
}

func (s *shard) countICMP(f *flow.Record, p *packet) {
	k := host.ICMPKey{Version: p.IPVersion, Type: p.ICMPType, Code: p.ICMPCode}
	l := s.flows.Links(f)
	from, to := l.Cli, l.Srv
	if !f.FromClient(&p.Packet) {
		from, to = to, from
	}
	if from != nil && from.Local {
		from.Update(func(d *host.Data) {
			d.ICMPCount(k).Sent++
			d.Alerted().ICMP[host.AsClient].Note(p.Time / 1e9)
		})
	}
	if to != nil && to.Local {
		to.Update(func(d *host.Data) {
			d.ICMPCount(k).Rcvd++
			d.Alerted().ICMP[host.AsServer].Note(p.Time / 1e9)
		})
	}
}

func (s *shard) countMACs(p *decode.Packet) {
	n := uint64(p.WireLen)
	src := s.macs.at(p.SrcMAC, p.Time)
	src.traffic.Sent.Packets++
	src.traffic.Sent.Bytes += n
	dst := s.macs.at(p.DstMAC, p.Time)
	dst.traffic.Rcvd.Packets++
	dst.traffic.Rcvd.Bytes += n
}

// countARP counts requests (operation 1) and replies (2), RFC 826.
func (s *shard) countARP(p *decode.Packet, op uint16) {
	switch op {
	case 1:
		s.counted.ARPRequests++
	case 2:
		s.counted.ARPReplies++
	default:
		return
	}
	if !p.HasMAC {
		return
	}
	src, dst := s.macs.messages(p.SrcMAC), s.macs.messages(p.DstMAC)
	if op == 1 {
		src.requestsSent++
		dst.requestsRcvd++
	} else {
		src.repliesSent++
		dst.repliesRcvd++
	}
}

// attach finds hosts and stations of a new flow.
func (s *shard) attach(f *flow.Record, p *decode.Packet) (l flow.Links) {
	if p.HasMAC {
		l.CliMAC, l.SrvMAC = s.macs.station(s.i.macs, p.SrcMAC, p.Time), s.macs.station(s.i.macs, p.DstMAC, p.Time)
	}
	if !s.i.FlowsOnly() {
		l.Cli = s.i.hosts.Get(host.Key{Addr: p.SrcAddr(), VLAN: p.VLAN}, station(l.CliMAC), p.Time)
		l.Srv = s.i.hosts.Get(host.Key{Addr: p.DstAddr(), VLAN: p.VLAN}, station(l.SrvMAC), p.Time)
	}
	if p.HasMAC && p.DstMAC == broadcastMAC && p.DstAddr() != limitedBroadcast && (l.Srv == nil || !l.Srv.Group) {
		s.noteDomain(p.SrcAddr(), p.DstAddr(), p.Time)
	}
	f.SetLocal(s.join(l.Cli, p.SrcAddr()), s.join(l.Srv, p.DstAddr()))
	return l
}

// join ties h, which may be nil, to a new flow; it says whether its address a is
// local, as groups and broadcast are.
func (s *shard) join(h *host.Host, a netip.Addr) bool {
	if h == nil {
		return s.i.nets.Local(a) || !flow.Unicast(a)
	}
	h.Join()
	return h.Local || h.Group
}

// station is m, unless it is the zero address, which is nobody's.
func station(m *mac.Mac) *mac.Mac {
	if m == nil || m.Address.IsZero() {
		return nil
	}
	return m
}

// beginAtHosts tells the hosts of a flow that it began. One whose ends were
// exchanged meanwhile began the other way round.
func (s *shard) beginAtHosts(f *flow.Record, l flow.Links) {
	turned := s.flows.Turned(f)
	begin := func(h *host.Host, peer netip.Addr, asClient bool, m *mac.Mac) {
		if h == nil {
			return
		}
		d := h.Lock()
		moved := d.Begin(asClient != turned, station(m), f.FirstSeen())
		if turned {
			d.Turn(asClient)
		}
		if h.Local {
			c := d.Contacted()
			c.Peer(peer, asClient)
			if turned {
				c.Peer(peer, !asClient)
			}
		}
		h.Unlock()
		if moved { // pools have cards as members
			s.i.hosts.Repool(h)
		}
	}
	s.chooseProfile(f)
	begin(l.Cli, f.Server(), true, l.CliMAC)
	begin(l.Srv, f.Client(), false, l.SrvMAC)
}

// swapRoles moves the counts of a flow whose ends were exchanged.
func swapRoles(f *flow.Record, l flow.Links) {
	if !f.HostsCounted() {
		return
	}
	turn := func(h *host.Host, peer netip.Addr, asClient bool) {
		if h == nil {
			return
		}
		d := h.Lock()
		d.Turn(asClient)
		if h.Local {
			d.Contacted().Peer(peer, asClient)
		}
		h.Unlock()
	}
	turn(l.Cli, f.Server(), true)
	turn(l.Srv, f.Client(), false)
}

// begun is called for a flow at the end of its first second.
func (s *shard) begun(f *flow.Record, l flow.Links) {
	s.beginAtHosts(f, l)
	s.noteForHostChecks(f, l)
	s.examine(checks.Begun, f, l)
}

// swapped is called when client and server of a flow were exchanged.
func (s *shard) swapped(f *flow.Record, l flow.Links) {
	swapRoles(f, l)
	s.swapAlerts(f, l)
	if f.Classified() {
		s.examineRecognised(f, l)
	}
}

// detach takes an ended flow from its hosts.
func (s *shard) detach(f *flow.Record, l flow.Links) {
	s.ended(f, l)
	s.lastChecks(f, l)
	counted := f.HostsCounted()
	if l.Cli != nil {
		if counted {
			l.Cli.Lock().ActiveAsClient--
			l.Cli.Unlock()
		}
		l.Cli.Leave()
	}
	if l.Srv != nil {
		if counted {
			l.Srv.Lock().ActiveAsServer--
			l.Srv.Unlock()
		}
		l.Srv.Leave()
	}
}
