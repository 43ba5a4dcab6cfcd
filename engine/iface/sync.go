package iface

import (
	"ntopgo/engine/counters"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// sync brings hosts and stations up to the last roll-up: flows pass on what they
// have collected, and the hosts learn their rates. Whoever shows hosts or
// stations calls it first; it does nothing until the next second has ended.
// The result of a capture does not depend on when, or whether, it is called.
func (i *Interface) sync() {
	if i.synced.Load() == i.seconds.Load() {
		return
	}
	i.syncing.Lock()
	defer i.syncing.Unlock()
	upTo := i.seconds.Load()
	if i.synced.Load() == upTo {
		return
	}
	for _, s := range i.shards {
		s.passAll()
	}
	i.rateHosts()
	i.synced.Store(upTo)
}

// syncBatch is how many flows are looked at before the shard may go on counting
// packets.
const syncBatch = 512

// passAll has the shard pass on what its flows have collected.
func (s *shard) passAll() {
	s.mu.Lock()
	upTo := s.flows.Gaining()
	s.mu.Unlock()
	for more := true; more; {
		s.mu.Lock()
		more = s.flows.PassSome(upTo, syncBatch)
		s.mu.Unlock()
	}
}

// rateHosts sums the rates of flows up for their hosts.
func (i *Interface) rateHosts() {
	for _, h := range i.ratedHosts {
		h.Quiet(counters.TrendStable)
	}
	clear(i.ratedHosts)
	i.ratedHosts = i.ratedHosts[:0]
	if i.finished.Load() { // nothing flows after the end of a file
		i.quietGroups(counters.TrendUnknown)
		if i.ratedBefore {
			for _, h := range i.hosts.All() {
				h.Quiet(counters.TrendUnknown)
			}
		}
		return
	}
	i.ratedBefore = true
	i.quietGroups(counters.TrendStable)
	for _, s := range i.shards {
		s.mu.Lock()
		second, list := s.flows.Active(s.active[:0])
		s.mu.Unlock()
		s.active = list
		for len(list) > 0 {
			part := list[:min(syncBatch, len(list))]
			list = list[len(part):]
			s.mu.Lock()
			for _, n := range part {
				if f, ok := s.flows.Record(n); ok {
					i.rateFlow(f, s.flows.Links(f), second)
				}
			}
			s.mu.Unlock()
		}
	}
}

// rateFlow tells the hosts of f what it brought in the second before the
// present one.
func (i *Interface) rateFlow(f *flow.Record, l flow.Links, second uint32) {
	now, before := f.In(second-1), f.In(second-2)
	for _, h := range [2]*host.Host{l.Cli, l.Srv} {
		if h != nil && h.AddRate(now, before) {
			i.ratedHosts = append(i.ratedHosts, h)
		}
	}
	i.rateGroups(l, now, before)
}
