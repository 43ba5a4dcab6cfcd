package flow

import (
	"cmp"
	"unsafe"

	"ntopgo/engine/prefetch"
)

// Unnumbered is a flow that began lately, whose id is still made of its tuple and
// the time of its first packet.
type Unnumbered struct {
	order      uint64
	id, record uint32
}

// Compare orders flows by their first packets.
func (u Unnumbered) Compare(o Unnumbered) int { return cmp.Compare(u.order, o.order) }

// Order says where the next packet stands among all those of the interface, which
// decides in which order flows are numbered.
func (t *Table) Order(n uint64) { t.order = n }

// Unnumbered is the flows that began since Numbered. It belongs to the table;
// those that have ended since are still among them.
func (t *Table) Unnumbered() []Unnumbered { return t.unnumbered }

// Number gives u its id if the flow is still there.
func (t *Table) Number(u *Unnumbered, id uint32) {
	if r := t.record(u.record); r.id == u.id && r.is(inUse) {
		r.id = id
	}
}

// PrefetchID asks for the memory that Number needs.
func (t *Table) PrefetchID(u *Unnumbered) {
	r := t.record(u.record)
	prefetch.Lines(unsafe.Pointer(&r.id), 1)
	prefetch.Lines(unsafe.Pointer(&r.marks), 1)
}

// Numbered forgets the flows that had no number.
func (t *Table) Numbered() { t.unnumbered = t.unnumbered[:0] }
