package iface

import (
	"cmp"
	"slices"

	"ntopgo/engine/flow"
)

// byFirst orders flows by their first packets.
func byFirst(a, b flow.Unnumbered) int {
	return cmp.Or(cmp.Compare(a.First, b.First), cmp.Compare(a.ID, b.ID))
}

// orderFresh lists the shard's flows that began in the second that ends, in the
// order of their first packets. Most come in that order.
func (s *shard) orderFresh() {
	s.fresh = s.flows.Unnumbered(s.fresh)
	if !slices.IsSortedFunc(s.fresh, byFirst) {
		slices.SortFunc(s.fresh, byFirst)
	}
}

// numberAhead is how many flows ahead the memory of a flow is asked for.
const numberAhead = 16

// numberFlows gives the flows that began in the second that ends their ids, in
// the order of their first packets, so that they are the same whatever the
// number of shards. The original numbers flows as they come.
func (i *Interface) numberFlows() {
	for _, s := range i.shards {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	for {
		var next *shard
		for _, s := range i.shards {
			if s.numbered < len(s.fresh) && (next == nil || byFirst(s.fresh[s.numbered], next.fresh[next.numbered]) < 0) {
				next = s
			}
		}
		if next == nil {
			break
		}
		if n := next.numbered + numberAhead; n < len(next.fresh) {
			next.fresh[n].Record.PrefetchID()
		}
		next.fresh[next.numbered].Record.SetID(i.nextFlow)
		next.numbered++
		i.nextFlow++
	}
	for _, s := range i.shards {
		clear(s.fresh)
		s.fresh, s.numbered = s.fresh[:0], 0
	}
}
