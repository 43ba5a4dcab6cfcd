package iface

import "sort"

// best keeps the first k rows of an order out of many, without keeping or
// sorting the others. k of 0 keeps all.
type best[T any] struct {
	k      int
	before func(a, b *T) bool
	rows   []T // a heap with the last of the order on top once there are k
	next   T   // that is offered; here because a local one would escape
	total  int
}

// add offers a row.
func (b *best[T]) add(x T) {
	b.total++
	switch {
	case b.k == 0 || len(b.rows) < b.k-1:
		b.rows = append(b.rows, x)
	case len(b.rows) == b.k-1:
		b.rows = append(b.rows, x)
		for i := len(b.rows)/2 - 1; i >= 0; i-- {
			b.sink(i)
		}
	default:
		if b.next = x; b.before(&b.next, &b.rows[0]) {
			b.rows[0] = x
			b.sink(0)
		}
	}
}

// sink moves row i down to its place in the heap.
func (b *best[T]) sink(i int) {
	for {
		last := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(b.rows); c++ {
			if b.before(&b.rows[last], &b.rows[c]) {
				last = c
			}
		}
		if last == i {
			return
		}
		b.rows[i], b.rows[last] = b.rows[last], b.rows[i]
		i = last
	}
}

// from lists the rows in order, without the first skip. best is used up.
func (b *best[T]) from(skip int) []T {
	sort.Slice(b.rows, func(i, j int) bool { return b.before(&b.rows[i], &b.rows[j]) })
	return b.rows[min(max(skip, 0), len(b.rows)):]
}

// newBest keeps what a page of limit rows behind the first skip needs; without
// limit that is everything.
func newBest[T any](skip, limit int, before func(a, b *T) bool) *best[T] {
	b := &best[T]{before: before}
	if limit > 0 {
		b.k = limit + max(skip, 0)
		if b.k < limit { // out of range: all of them
			b.k = 0
		}
	}
	return b
}
