package iface

import (
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// How many packets before its turn each step of asking for memory is taken; see
// flow.Table.PrefetchSlot. A step takes about as long as memory does.
const (
	recordAhead = 20
	gainAhead   = 13
	stateAhead  = 8
	workAhead   = 4
)

// ahead is what is known of the packets of a piece before their turn.
type ahead struct {
	flows [pieceFrames]*flow.Record // nil where the flow is new, or there is none
	hosts [pieceFrames][2]uint32    // hashes of the ends of flows that begin
	known [pieceFrames]aheadState
}

type aheadState uint8

const (
	aheadNothing aheadState = iota // no flow, or nothing more to ask for
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
	for k := range min(recordAhead, len(idx)) {
		s.lookFlow(b, idx, k)
	}
	for k := range min(gainAhead, len(idx)) {
		s.lookGain(k)
	}
	for k := range min(stateAhead, len(idx)) {
		s.lookState(k)
	}
	for k := range min(workAhead, len(idx)) {
		s.lookWork(k)
	}
}

// lookOn goes on when it is the turn of packet k of idx.
func (s *shard) lookOn(b *batch, idx []uint16, k int) {
	if k+recordAhead < len(idx) {
		s.lookFlow(b, idx, k+recordAhead)
	}
	if k+gainAhead < len(idx) {
		s.lookGain(k + gainAhead)
	}
	if k+stateAhead < len(idx) {
		s.lookState(k + stateAhead)
	}
	if k+workAhead < len(idx) {
		s.lookWork(k + workAhead)
	}
}

func (s *shard) lookFlow(b *batch, idx []uint16, k int) {
	p, a := &b.packets[idx[k]], &s.ahead
	if p.flowless {
		a.known[k] = aheadNothing
		return
	}
	if a.flows[k] = s.flows.PrefetchRecord(p.id.Hash); a.flows[k] != nil {
		a.known[k] = aheadFlow
		return
	}
	a.known[k] = aheadHosts
	a.hosts[k] = [2]uint32{s.i.hosts.Prefetch(host.Key{Addr: p.SrcAddr(), VLAN: p.VLAN}),
		s.i.hosts.Prefetch(host.Key{Addr: p.DstAddr(), VLAN: p.VLAN})}
}

func (s *shard) lookGain(k int) {
	switch a := &s.ahead; a.known[k] {
	case aheadHosts:
		s.i.hosts.PrefetchHost(a.hosts[k][0])
		s.i.hosts.PrefetchHost(a.hosts[k][1])
	case aheadFlow:
		if s.flows.PrefetchGain(a.flows[k]) {
			a.known[k] = aheadUndecided
		}
	}
}

func (s *shard) lookState(k int) {
	if s.ahead.known[k] == aheadUndecided {
		s.flows.PrefetchState(s.ahead.flows[k])
	}
}

func (s *shard) lookWork(k int) {
	if s.ahead.known[k] == aheadUndecided {
		s.flows.PrefetchWork(s.ahead.flows[k])
	}
}
