package iface

import (
	"net/netip"
	"sync"

	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// task is one thing for a shard to do: packets, or a roll-up.
type task struct {
	batch   *batch
	packets []uint16
	rollUp  *rollUp
}

// shard owns the flows whose five-tuples hash to it.
type shard struct {
	i    *Interface
	work chan task

	mu      sync.Mutex // held for a batch or a roll-up, and by readers in between
	flows   *flow.Table
	counted Counters // since the last roll-up
	macs    macDeltas
	bcast   map[netip.Prefix]uint64 // broadcast domains seen since the last roll-up
	// What is counted beside counted's own maps, which stay empty.
	l7, categories, dscp counters.L7Dense

	rate   []*host.Host // hosts whose rates have to be derived
	hashes []uint64     // of the packets at hand

	rolledUp int64 // time of the last roll-up
}

func newShard(i *Interface) *shard {
	s := &shard{i: i, work: make(chan task, batchesInFlight), macs: newMACDeltas()}
	s.flows = flow.NewTable(&i.limit, i.dpi, i.seed, flow.Hooks{New: s.attach, Swapped: swapRoles})
	return s
}

func (s *shard) run() {
	for t := range s.work {
		s.do(t)
	}
}

func (s *shard) do(t task) {
	s.mu.Lock()
	if t.rollUp != nil {
		s.rollUp(t.rollUp)
	} else {
		s.prefetch(t.batch, t.packets)
		s.packets(t.batch, t.packets)
	}
	s.mu.Unlock()
	if t.batch != nil {
		t.batch.done()
	}
	if t.rollUp != nil {
		t.rollUp.wg.Done()
	}
}

// prefetch asks for the flows of the packets listed in idx.
func (s *shard) prefetch(b *batch, idx []uint16) {
	s.hashes = s.hashes[:0]
	for _, n := range idx {
		if p := &b.packets[n]; !p.flowless {
			s.hashes = append(s.hashes, p.hash)
		}
	}
	s.flows.Prefetch(s.hashes)
}

// packets counts the packets of b listed in idx. A panic costs one packet.
func (s *shard) packets(b *batch, idx []uint16) {
	for len(idx) > 0 {
		idx = s.somePackets(b, idx)
	}
}

// somePackets returns what is left after a panic, or nothing.
func (s *shard) somePackets(b *batch, idx []uint16) (left []uint16) {
	n := 0
	defer func() {
		if e := recover(); e != nil {
			if s.i.panics.Add(1) == 1 {
				s.i.cfg.Logf("interface %s: internal error on a packet, which is skipped: %v", s.i.cfg.Name, e)
			}
			left = idx[n+1:]
		}
	}()
	for ; n < len(idx); n++ {
		s.packet(&b.packets[idx[n]])
	}
	return nil
}

func (s *shard) packet(p *packet) {
	c := &s.counted
	c.countFrame(&p.Packet, p.outgoing)
	if p.HasMAC {
		s.countMACs(&p.Packet)
	}
	if p.reason != decode.ReasonNone {
		c.Undecoded[p.reason]++
	}
	if p.Layer == decode.LayerARP {
		s.countARP(&p.Packet)
		s.noteDomain(p.ARPSender, p.ARPTarget)
	}
	if p.flowless {
		return
	}
	f := s.flows.Process(&p.Packet, &p.key, p.reverse, p.hash, p.weight)
	if f == nil {
		c.NoRoom++
		return
	}
	if p.Proto == decode.ProtoICMP || p.Proto == decode.ProtoICMPv6 {
		n := c.icmp(host.ICMPKey{Version: p.IPVersion, Type: p.ICMPType, Code: p.ICMPCode})
		if p.outgoing {
			n.Sent++
		} else {
			n.Rcvd++
		}
		s.countICMP(f, p)
	}
}

func (s *shard) countICMP(f *flow.Record, p *packet) {
	k := host.ICMPKey{Version: p.IPVersion, Type: p.ICMPType, Code: p.ICMPCode}
	from, to := f.Cli, f.Srv
	if !f.FromClient(&p.Packet) {
		from, to = to, from
	}
	if from != nil && from.Local {
		from.Update(func(d *host.Data) { d.ICMPCount(k).Sent++ })
	}
	if to != nil && to.Local {
		to.Update(func(d *host.Data) { d.ICMPCount(k).Rcvd++ })
	}
}

func (s *shard) countMACs(p *decode.Packet) {
	n := uint64(p.WireLen)
	src := s.macs.at(p.SrcMAC, p.Time)
	src.Traffic.Sent.Packets++
	src.Traffic.Sent.Bytes += n
	dst := s.macs.at(p.DstMAC, p.Time)
	dst.Traffic.Rcvd.Packets++
	dst.Traffic.Rcvd.Bytes += n
}

// countARP counts requests (operation 1) and replies (2), RFC 826.
func (s *shard) countARP(p *decode.Packet) {
	switch p.ARPOp {
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
	src, dst := s.macs.at(p.SrcMAC, p.Time), s.macs.at(p.DstMAC, p.Time)
	if p.ARPOp == 1 {
		src.ARPRequestsSent++
		dst.ARPRequestsRcvd++
	} else {
		src.ARPRepliesSent++
		dst.ARPRepliesRcvd++
	}
}

// attach ties hosts and stations to a new flow. The hosts count it at the
// roll-up, when its direction is mostly settled.
func (s *shard) attach(f *flow.Record, p *decode.Packet) {
	var src, dst *mac.Mac
	if p.HasMAC {
		src, dst = s.i.macs.Get(p.SrcMAC, p.Time), s.i.macs.Get(p.DstMAC, p.Time)
	}
	f.SetMACs(src, dst)
	if p.HasMAC && p.DstMAC == broadcastMAC && p.Dst != limitedBroadcast {
		s.noteDomain(p.Src, p.Dst)
	}
	f.Cli = s.i.hosts.Get(host.Key{Addr: p.Src, VLAN: p.VLAN}, station(src), p.Time)
	f.Srv = s.i.hosts.Get(host.Key{Addr: p.Dst, VLAN: p.VLAN}, station(dst), p.Time)
}

// station is m, unless it is the zero address, which is nobody's.
func station(m *mac.Mac) *mac.Mac {
	if m == nil || m.Address.IsZero() {
		return nil
	}
	return m
}

// countFlow tells the hosts of a new flow.
func countFlow(f *flow.Record) {
	cli, srv := f.MACs()
	if f.Cli != nil {
		f.Cli.Lock().Begin(f.Server(), true, station(cli), f.FirstSeen())
		f.Cli.Unlock()
	}
	if f.Srv != nil {
		f.Srv.Lock().Begin(f.Client(), false, station(srv), f.FirstSeen())
		f.Srv.Unlock()
	}
}

// swapRoles moves the counts of a flow whose ends were exchanged.
func swapRoles(f *flow.Record) {
	if !f.HostsCounted() {
		return
	}
	if f.Cli != nil {
		f.Cli.Lock().Turn(f.Server(), true)
		f.Cli.Unlock()
	}
	if f.Srv != nil {
		f.Srv.Lock().Turn(f.Client(), false)
		f.Srv.Unlock()
	}
}
