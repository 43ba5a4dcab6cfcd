package iface

import (
	"unsafe"

	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/prefetch"
)

// lookGroup is how many packets are looked at together. Each step of asking for
// memory is taken one group before the next; see flow.Table.PrefetchSlot.
const lookGroup = 6

// The steps, by how many groups before their turn packets take them.
const (
	stepWork = 1 + iota
	stepStates
	stepFindings
	stepCounters
	stepFlows
	stepSlots
	stepPackets // which may have been decoded on another core
	allSteps
)

// aheadPackets is a power of two and more than how far ahead packets are known.
const aheadPackets = 64

const _ = uint(aheadPackets - allSteps*lookGroup)

// ahead is what is known of packets before their turn, by the lower bits of their
// places.
type ahead [aheadPackets]struct {
	flow  *flow.Record // nil where the flow is new, or there is none
	hosts [2]uint32    // hashes of the ends of a flow that begins
	state aheadState
}

type aheadState uint8

const (
	aheadNothing aheadState = iota // no flow
	aheadHosts                     // the flow will begin
	aheadFlow
	aheadUndecided // the classifier looks at it
)

// look begins to ask for what the packets of b listed in idx will need.
func (s *shard) look(b *batch, idx []uint16) {
	for g := 1 - allSteps; g < 0; g++ {
		s.lookGroups(b, idx, g)
	}
}

// lookOn goes on when it is the turn of packet k of idx.
func (s *shard) lookOn(b *batch, idx []uint16, k int) {
	if k%lookGroup == 0 {
		s.lookGroups(b, idx, k/lookGroup)
	}
}

// lookGroups takes a step for each of the groups after g, when it is the turn of g.
func (s *shard) lookGroups(b *batch, idx []uint16, g int) {
	n := len(idx)
	s.lookWork(group(g+stepWork, n))
	s.lookStates(group(g+stepStates, n))
	s.lookFindings(group(g+stepFindings, n))
	s.lookCounters(b, idx, g+stepCounters)
	s.lookFlows(b, idx, g+stepFlows)
	s.lookSlots(b, idx, g+stepSlots)
	if len(s.i.shards) > 1 {
		lookPackets(b, idx, g+stepPackets)
	}
}

// group is the packets of group g among n; groups before the first have none.
func group(g, n int) (from, to int) {
	return max(0, min(g*lookGroup, n)), max(0, min((g+1)*lookGroup, n))
}

// lookPackets asks for what is read of every packet.
func lookPackets(b *batch, idx []uint16, g int) {
	for k, end := group(g, len(idx)); k < end; k++ {
		prefetch.Lines(unsafe.Pointer(&b.packets[idx[k]]), packetLines)
	}
}

func (s *shard) lookSlots(b *batch, idx []uint16, g int) {
	for k, end := group(g, len(idx)); k < end; k++ {
		if p := &b.packets[idx[k]]; !p.flowless() {
			s.flows.PrefetchSlot(p.id.Hash)
		}
	}
}

func (s *shard) lookFlows(b *batch, idx []uint16, g int) {
	for k, end := group(g, len(idx)); k < end; k++ {
		a, p := &s.ahead[k%aheadPackets], &b.packets[idx[k]]
		if p.flowless() {
			a.state = aheadNothing
			continue
		}
		if a.flow = s.flows.PrefetchRecord(p.id.Hash); a.flow != nil {
			a.state = aheadFlow
			continue
		}
		a.state = aheadHosts
		p.fetchPayload()
		a.hosts = [2]uint32{s.i.hosts.Prefetch(host.Key{Addr: p.SrcAddr(), VLAN: p.VLAN}),
			s.i.hosts.Prefetch(host.Key{Addr: p.DstAddr(), VLAN: p.VLAN})}
	}
}

func (s *shard) lookCounters(b *batch, idx []uint16, g int) {
	for k, end := group(g, len(idx)); k < end; k++ {
		switch a := &s.ahead[k%aheadPackets]; a.state {
		case aheadHosts:
			s.i.hosts.PrefetchHost(a.hosts[0])
			s.i.hosts.PrefetchHost(a.hosts[1])
		case aheadFlow:
			p := &b.packets[idx[k]]
			undecided, read := s.flows.PrefetchCounters(a.flow, p.id.Reverse, p.TCPFlags&(decode.SYN|decode.FIN|decode.RST) != 0)
			if undecided {
				a.state = aheadUndecided
			}
			if read {
				p.fetchPayload()
			}
		}
	}
}

func (s *shard) lookFindings(k, end int) {
	for ; k < end; k++ {
		if a := &s.ahead[k%aheadPackets]; a.state == aheadUndecided {
			s.flows.PrefetchFindings(a.flow)
		}
	}
}

func (s *shard) lookStates(k, end int) {
	for ; k < end; k++ {
		if a := &s.ahead[k%aheadPackets]; a.state == aheadUndecided {
			s.flows.PrefetchState(a.flow)
		}
	}
}

func (s *shard) lookWork(k, end int) {
	for ; k < end; k++ {
		if a := &s.ahead[k%aheadPackets]; a.state == aheadUndecided {
			s.flows.PrefetchWork(a.flow)
		}
	}
}

// fetchPayload asks for the beginning of the payload, which may lie in another core's
// cache; who reads on has the processor ask for the rest.
func (p *packet) fetchPayload() {
	if b := p.Payload(); len(b) > 0 {
		prefetch.Lines(unsafe.Pointer(unsafe.SliceData(b)), 2)
	}
}
