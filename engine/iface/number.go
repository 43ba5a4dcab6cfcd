package iface

import (
	"slices"
	"sync"

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

// fresh is flows of a shard without a number.
type fresh struct {
	table *flow.Table
	list  []flow.Unnumbered
}

// numberFlows gives the flows that began in the second that ends their ids, in
// the order of their first packets, so that they are the same whatever the
// number of shards; in so many parts at the same time.
func (i *Interface) numberFlows(parts int) {
	left := make([]fresh, 0, len(i.shards))
	longest := 0
	for n, s := range i.shards {
		s.mu.Lock()
		defer s.mu.Unlock()
		defer s.flows.Numbered()
		left = append(left, fresh{s.flows, s.flows.Unnumbered()})
		if len(left[n].list) > len(left[longest].list) {
			longest = n
		}
	}
	var wg sync.WaitGroup
	for rest := parts; rest > 1; rest-- {
		l := left[longest].list
		if len(l) < rest {
			break
		}
		part, n := cutFresh(left, l[len(l)/rest])
		first := i.nextFlow
		wg.Go(func() {
			defer i.recovered("the numbers of flows")
			number(part, first)
		})
		i.nextFlow += n
	}
	i.nextFlow += number(left, i.nextFlow)
	wg.Wait()
}

// cutFresh takes the flows before upTo off the lists in left, and says how many they are.
func cutFresh(left []fresh, upTo flow.Unnumbered) (part []fresh, n uint32) {
	part = slices.Clone(left)
	for s := range left {
		at, _ := slices.BinarySearchFunc(left[s].list, upTo, flow.Unnumbered.Compare)
		part[s].list, left[s].list = left[s].list[:at], left[s].list[at:]
		n += uint32(at)
	}
	return part, n
}

// number gives flows ids from next on, also to those that have ended, and says how many
// they are. It uses left up.
func number(left []fresh, next uint32) (n uint32) {
	for ; ; n++ {
		var first *fresh
		for s := range left {
			f := &left[s]
			if len(f.list) > 0 && (first == nil || f.list[0].Compare(first.list[0]) < 0) {
				first = f
			}
		}
		if first == nil {
			return n
		}
		if len(first.list) > numberAhead {
			first.table.PrefetchID(&first.list[numberAhead])
		}
		first.table.Number(&first.list[0], next+n)
		first.list = first.list[1:]
	}
}
