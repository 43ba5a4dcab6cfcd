package iface

import (
	"sync"

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
	macs    map[mac.Addr]*macDelta
}

// macDelta is what an address gained since the last roll-up. Stations are
// counted per frame, as not every frame belongs to a flow.
type macDelta struct {
	data     mac.Data
	lastSeen int64
}

func newShard(i *Interface) *shard {
	s := &shard{i: i, work: make(chan task, batchesInFlight), macs: map[mac.Addr]*macDelta{}}
	s.flows = flow.NewTable(&i.limit, i.dpi, flow.Hooks{New: s.attach, Swapped: swapRoles})
	return s
}

func (s *shard) run() {
	for t := range s.work {
		s.mu.Lock()
		if t.rollUp != nil {
			s.rollUp(t.rollUp)
		} else {
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
	}
	if p.flowless {
		return
	}
	f, isNew := s.flows.Process(&p.Packet, p.weight)
	if f == nil {
		c.NoRoom++
		return
	}
	if isNew {
		c.NewFlows++
	}
	s.countTCPFlow(f, &p.Packet)
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

// countTCPFlow counts flows by the first time a flag is seen in them.
func (s *shard) countTCPFlow(f *flow.Flow, p *decode.Packet) {
	if p.Proto != decode.ProtoTCP {
		return
	}
	first := func(flag uint8, n uint32) bool { return p.TCPFlags&flag != 0 && n == 1 }
	if first(decode.SYN, f.ToServer.NumSyn+f.ToClient.NumSyn) {
		s.counted.SynFlows++
	}
	if first(decode.RST, f.ToServer.NumRst+f.ToClient.NumRst) {
		s.counted.ResetFlows++
	}
	if first(decode.FIN, f.ToServer.NumFin+f.ToClient.NumFin) {
		s.counted.FinFlows++
	}
	if f.JustEstablished() {
		s.counted.EstablishedFlows++
	}
}

func (s *shard) countICMP(f *flow.Flow, p *packet) {
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

func (s *shard) macDelta(a mac.Addr, t int64) *mac.Data {
	d := s.macs[a]
	if d == nil {
		d = &macDelta{}
		d.data.FirstSeen = t
		s.macs[a] = d
	}
	d.data.LastSeen = max(d.data.LastSeen, t)
	return &d.data
}

func (s *shard) countMACs(p *decode.Packet) {
	n := uint64(p.WireLen)
	src := s.macDelta(p.SrcMAC, p.Time)
	src.Traffic.Sent.Packets++
	src.Traffic.Sent.Bytes += n
	dst := s.macDelta(p.DstMAC, p.Time)
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
	src, dst := s.macDelta(p.SrcMAC, p.Time), s.macDelta(p.DstMAC, p.Time)
	if p.ARPOp == 1 {
		src.ARPRequestsSent++
		dst.ARPRequestsRcvd++
	} else {
		src.ARPRepliesSent++
		dst.ARPRepliesRcvd++
	}
}

// attach ties the two hosts to a new flow.
func (s *shard) attach(f *flow.Flow, p *decode.Packet) {
	f.Cli = s.attachHost(f, p, host.Key{Addr: f.Client, VLAN: f.Key.VLAN}, f.CliMAC, true)
	f.Srv = s.attachHost(f, p, host.Key{Addr: f.Server, VLAN: f.Key.VLAN}, f.SrvMAC, false)
}

func (s *shard) attachHost(f *flow.Flow, p *decode.Packet, k host.Key, a mac.Addr, client bool) *host.Host {
	var m *mac.Mac
	if p.HasMAC && !a.IsZero() {
		m = s.i.macs.Get(a, p.Time)
	}
	h := s.i.hosts.Get(k, m, p.Time)
	if h == nil {
		return nil
	}
	h.Update(func(d *host.Data) {
		peer := f.Server
		if client {
			d.ActiveAsClient++
			d.TotalAsClient++
		} else {
			d.ActiveAsServer++
			d.TotalAsServer++
			peer = f.Client
		}
		d.Contact(peer, client)
	})
	return h
}

// swapRoles moves the counts of a flow whose ends were exchanged.
func swapRoles(f *flow.Flow) {
	if f.Cli != nil {
		f.Cli.Update(func(d *host.Data) {
			d.ActiveAsServer--
			d.TotalAsServer--
			d.ActiveAsClient++
			d.TotalAsClient++
			delete(d.ServerPeers, f.Server)
			d.Contact(f.Server, true)
		})
	}
	if f.Srv != nil {
		f.Srv.Update(func(d *host.Data) {
			d.ActiveAsClient--
			d.TotalAsClient--
			d.ActiveAsServer++
			d.TotalAsServer++
			delete(d.ClientPeers, f.Client)
			d.Contact(f.Client, false)
		})
	}
}
