package lua

import (
	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

// sorter sorts by a Lua function or by <, with the quicksort of lua5.4: elements
// that compare as equal end up in the same order as there, which shows in lists
// that scripts print.
type sorter struct {
	l       *golua.State
	v       []any
	cmp     any
	strings bool // all elements are strings and there is no function
}

func (s *sorter) less(a, b any) bool {
	if s.strings {
		return a.(string) < b.(string)
	}
	layout.Tick(s.l)
	if s.cmp == nil {
		return layout.Less(s.l, a, b)
	}
	return layout.Truthy(layout.Call1(s.l, s.cmp, a, b))
}

// order swaps two elements that are in the wrong order.
func (s *sorter) order(lo, hi int) bool {
	if s.less(s.v[hi], s.v[lo]) {
		s.v[lo], s.v[hi] = s.v[hi], s.v[lo]
		return true
	}
	return false
}

// The pivot is the middle element; from wide elements on, where that divided badly
// (the whole more than unbalanced times the smaller part), one somewhere in the
// middle half.
const (
	wide       = 100
	unbalanced = 128
	somewhere  = 0x9e3779b9
)

// sort sorts from lo to hi; offset chooses the pivot, 0 is the middle.
func (s *sorter) sort(lo, hi, offset int) {
	for lo < hi {
		s.order(lo, hi)
		if hi-lo == 1 {
			return
		}
		p := (lo + hi) / 2
		if quarter := (hi - lo) / 4; hi-lo >= wide && offset != 0 {
			p = lo + quarter + offset%(2*quarter)
		}
		if !s.order(lo, p) {
			s.order(p, hi)
		}
		if hi-lo == 2 {
			return
		}
		pivot := s.v[p]
		s.v[p], s.v[hi-1] = s.v[hi-1], s.v[p]
		p = s.partition(lo, hi, pivot)
		size, smaller := hi-lo, 0
		if p-lo < hi-p {
			s.sort(lo, p-1, offset)
			smaller, lo = p-lo, p+1
		} else {
			s.sort(p+1, hi, offset)
			smaller, hi = hi-p, p-1
		}
		if size/unbalanced > smaller {
			offset = somewhere
		}
	}
}

// partition moves what is less than the pivot, which stands at hi-1, to its left
// and returns its place.
func (s *sorter) partition(lo, hi int, pivot any) int {
	i, j := lo, hi-1
	for {
		for i++; s.less(s.v[i], pivot); i++ {
			if i == hi-1 {
				layout.Raise(s.l, 1, "invalid order function for sorting")
			}
		}
		for j--; s.less(pivot, s.v[j]); j-- {
			if j < i {
				layout.Raise(s.l, 1, "invalid order function for sorting")
			}
		}
		if j < i {
			s.v[hi-1], s.v[i] = s.v[i], s.v[hi-1]
			return i
		}
		s.v[i], s.v[j] = s.v[j], s.v[i]
	}
}
