package iface

import (
	"cmp"
	"slices"

	"ntopgo/engine/flow"
)

// newFlow is a flow that has no number yet.
type newFlow struct {
	r     *flow.Record
	first int64
	id    uint32
}

// numberFlows gives the flows that began in the second that ends their ids, in
// the order of their first packets, so that they are the same whatever the
// number of shards. The original numbers flows as they come.
func (i *Interface) numberFlows() {
	list := i.fresh[:0]
	for _, s := range i.shards {
		s.mu.Lock()
		s.flows.EachUnnumbered(func(r *flow.Record) { list = append(list, newFlow{r, r.FirstSeen(), r.ID()}) })
		s.mu.Unlock()
	}
	if len(list) == 0 {
		return
	}
	slices.SortFunc(list, func(a, b newFlow) int { return cmp.Or(cmp.Compare(a.first, b.first), cmp.Compare(a.id, b.id)) })
	for _, s := range i.shards {
		s.mu.Lock()
	}
	for _, f := range list {
		f.r.SetID(i.nextFlow)
		i.nextFlow++
	}
	for _, s := range i.shards {
		s.mu.Unlock()
	}
	clear(list)
	i.fresh = list[:0]
}
