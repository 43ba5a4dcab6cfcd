package iface

import (
	"slices"

	"ntopgo/engine/flow"
)

// orderFresh puts the shard's flows that began in the second that ends in the order
// of their first packets. They have it but where several readers share a source.
func (s *shard) orderFresh() {
	if list := s.flows.Unnumbered(); !slices.IsSortedFunc(list, flow.Unnumbered.Compare) {
		slices.SortFunc(list, flow.Unnumbered.Compare)
	}
}

// numberAhead is how many flows ahead the memory of a flow is asked for.
const numberAhead = 16

// fresh is what is left of a shard's flows without a number.
type fresh struct {
	table *flow.Table
	list  []flow.Unnumbered
}

// numberFlows gives the flows that began in the second that ends their ids, in
// the order of their first packets, so that they are the same whatever the
// number of shards.
func (i *Interface) numberFlows() {
	left := make([]fresh, 0, len(i.shards))
	for _, s := range i.shards {
		s.mu.Lock()
		defer s.mu.Unlock()
		defer s.flows.Numbered()
		left = append(left, fresh{s.flows, s.flows.Unnumbered()})
	}
	for {
		var next *fresh
		for n := range left {
			f := &left[n]
			if len(f.list) > 0 && (next == nil || f.list[0].Compare(next.list[0]) < 0) {
				next = f
			}
		}
		if next == nil {
			return
		}
		if len(next.list) > numberAhead {
			next.table.PrefetchID(&next.list[numberAhead])
		}
		if next.table.Number(&next.list[0], i.nextFlow) {
			i.nextFlow++
		}
		next.list = next.list[1:]
	}
}
