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

// ahead is what is known of the packets of a piece before their turn.
type ahead struct {
	flows [pieceFrames]*flow.Record // nil where the flow is new, or there is none
	hosts [pieceFrames][2]uint32    // hashes of the ends of flows that begin
	known [pieceFrames]aheadState
}

type aheadState uint8

const (
	aheadNothing aheadState = iota // no flow
	aheadHosts                     // the flow will begin
	aheadFlow
	aheadUndecided // the classifier looks at it
)

// look begins to ask for what the packets of b listed in idx will need, at most
// pieceFrames of them.
func (s *shard) look(b *batch, idx []uint16) {
	for _, n := range idx {
		if p := &b.packets[n]; !p.flowless {
			s.flows.PrefetchSlot(p.id.Hash)
		}
	}
	for g := -5; g < 0; g++ {
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
	s.lookWork(len(idx), g+1)
	s.lookStates(len(idx), g+2)
	s.lookFindings(len(idx), g+3)
	s.lookCounters(b, idx, g+4)
	s.lookFlows(b, idx, g+5)
}

// group is the packets of group g among n; groups before the first have none.
func group(g, n int) (from, to int) {
	return max(0, min(g*lookGroup, n)), max(0, min((g+1)*lookGroup, n))
}

func (s *shard) lookFlows(b *batch, idx []uint16, g int) {
	a := &s.ahead
	for k, end := group(g, len(idx)); k < end; k++ {
		p := &b.packets[idx[k]]
		if p.flowless {
			a.known[k] = aheadNothing
			continue
		}
		if a.flows[k] = s.flows.PrefetchRecord(p.id.Hash); a.flows[k] != nil {
			a.known[k] = aheadFlow
			continue
		}
		a.known[k] = aheadHosts
		p.fetchPayload()
		a.hosts[k] = [2]uint32{s.i.hosts.Prefetch(host.Key{Addr: p.SrcAddr(), VLAN: p.VLAN}),
			s.i.hosts.Prefetch(host.Key{Addr: p.DstAddr(), VLAN: p.VLAN})}
	}
}

func (s *shard) lookCounters(b *batch, idx []uint16, g int) {
	a := &s.ahead
	for k, end := group(g, len(idx)); k < end; k++ {
		switch a.known[k] {
		case aheadHosts:
			s.i.hosts.PrefetchHost(a.hosts[k][0])
			s.i.hosts.PrefetchHost(a.hosts[k][1])
		case aheadFlow:
			p := &b.packets[idx[k]]
			undecided, read := s.flows.PrefetchCounters(a.flows[k], p.id.Reverse, p.TCPFlags&(decode.SYN|decode.FIN|decode.RST) != 0)
			if undecided {
				a.known[k] = aheadUndecided
			}
			if read {
				p.fetchPayload()
			}
		}
	}
}

func (s *shard) lookFindings(n, g int) {
	a := &s.ahead
	for k, end := group(g, n); k < end; k++ {
		if a.known[k] == aheadUndecided {
			s.flows.PrefetchFindings(a.flows[k])
		}
	}
}

func (s *shard) lookStates(n, g int) {
	a := &s.ahead
	for k, end := group(g, n); k < end; k++ {
		if a.known[k] == aheadUndecided {
			s.flows.PrefetchState(a.flows[k])
		}
	}
}

func (s *shard) lookWork(n, g int) {
	a := &s.ahead
	for k, end := group(g, n); k < end; k++ {
		if a.known[k] == aheadUndecided {
			s.flows.PrefetchWork(a.flows[k])
		}
	}
}

// fetchPayload asks for the beginning of the payload, which may lie in another core's
// cache; who reads on has the processor ask for the rest.
func (p *packet) fetchPayload() {
	if len(p.Payload) > 0 {
		prefetch.Lines(unsafe.Pointer(unsafe.SliceData(p.Payload)), 2)
	}
}
