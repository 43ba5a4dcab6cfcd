// Package profile counts the traffic of flows that filters of the user's select.
// It knows neither the table of flows nor where filters are kept.
package profile

import (
	"cmp"
	"slices"
	"sync/atomic"

	"ntopgo/engine/counters"
)

// Max is how many profiles there can be.
const Max = 128

// Profile is a named filter with what its flows have done. Several shards count
// into it.
type Profile struct {
	Name   string
	Filter *Filter

	bytes, packets atomic.Uint64
}

// Count adds traffic.
func (p *Profile) Count(t counters.Traffic) {
	p.bytes.Add(t.Bytes)
	p.packets.Add(t.Packets)
}

// Traffic is what was counted.
func (p *Profile) Traffic() counters.Traffic {
	return counters.Traffic{Packets: p.packets.Load(), Bytes: p.bytes.Load()}
}

// Set is the profiles of an interface, ordered by name. It does not change but
// for what is counted.
type Set struct{ list []*Profile }

// NewSet makes a set; beyond Max profiles those that come last by name are left
// out.
func NewSet(list []*Profile) *Set {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b *Profile) int { return cmp.Compare(a.Name, b.Name) })
	return &Set{list[:min(len(list), Max)]}
}

// All lists the profiles by name. A nil set has none.
func (s *Set) All() []*Profile {
	if s == nil {
		return nil
	}
	return s.list
}

// Match is the number of the first profile that selects f, from 1; 0 for none.
func (s *Set) Match(f *Flow) uint8 {
	for i, p := range s.All() {
		if p.Filter.Match(f) {
			return uint8(i + 1)
		}
	}
	return 0
}

// At is the profile with a number of Match, nil for none.
func (s *Set) At(number uint8) *Profile {
	if s == nil || number == 0 || int(number) > len(s.list) {
		return nil
	}
	return s.list[number-1]
}

// Inherit takes over what the profiles of the same names in old have counted.
func (s *Set) Inherit(old *Set) {
	for _, p := range s.All() {
		for _, o := range old.All() {
			if o.Name == p.Name {
				p.Count(o.Traffic())
			}
		}
	}
}
