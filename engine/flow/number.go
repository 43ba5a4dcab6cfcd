package flow

import (
	"unsafe"

	"ntopgo/engine/prefetch"
)

// Unnumbered is a flow that began lately, whose id is still made of its tuple and
// the time of its first packet (nanoseconds).
type Unnumbered struct {
	Record *Record
	First  int64
	ID     uint32
}

// unnumbered is an Unnumbered in the table's own memory.
type unnumbered struct {
	first      int64
	id, record uint32
}

// numberAhead is how many flows ahead the memory of a flow is asked for.
const numberAhead = 16

// Unnumbered appends the flows that began since the last call and have not ended,
// in the order in which they began.
func (t *Table) Unnumbered(list []Unnumbered) []Unnumbered {
	for i := range t.unnumbered {
		if i+numberAhead < len(t.unnumbered) {
			t.record(t.unnumbered[i+numberAhead].record).PrefetchID()
		}
		u := &t.unnumbered[i]
		if r := t.record(u.record); r.id == u.id && r.is(inUse) {
			list = append(list, Unnumbered{r, u.first, u.id})
		}
	}
	t.unnumbered = t.unnumbered[:0]
	return list
}

// PrefetchID asks for the memory that SetID writes to.
func (r *Record) PrefetchID() {
	prefetch.Lines(unsafe.Pointer(&r.id), 1)
	prefetch.Lines(unsafe.Pointer(&r.marks), 1) // which Unnumbered reads
}
