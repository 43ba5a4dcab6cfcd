package flow

import "ntopgo/engine/slab"

// index finds the number of a record by the hash of its key: open addressing
// with linear probing, eight bytes a slot and no pointers, so that a look-up
// touches one cache line and the garbage collector none.
type index struct {
	slots []uint64 // number+1 in the low half, the hash's low half above; 0 is free
	used  int
	mem   *slab.Array[uint64] // of slots
}

const minSlots = 1 << 10

func newIndex() index {
	mem := slab.NewArray[uint64](minSlots)
	return index{slots: mem.Items, mem: mem}
}

func (x *index) mask() uint32 { return uint32(len(x.slots) - 1) }

// add enters a record that is not in the index.
func (x *index) add(hash uint32, number uint32) {
	if x.used >= len(x.slots)/4*3 {
		x.resize(2 * len(x.slots))
	}
	x.put(uint64(hash)<<32 | uint64(number+1))
	x.used++
}

func (x *index) put(slot uint64) {
	mask := x.mask()
	i := uint32(slot>>32) & mask
	for x.slots[i] != 0 {
		i = (i + 1) & mask
	}
	x.slots[i] = slot
}

func (x *index) resize(n int) {
	old := x.mem
	x.mem = slab.NewArray[uint64](n)
	x.slots = x.mem.Items
	for _, s := range old.Items {
		if s != 0 {
			x.put(s)
		}
	}
	old.Free()
}

// remove takes a record out and closes the gap that it leaves, so that later
// look-ups need no markers of deletion.
func (x *index) remove(hash uint32, number uint32) {
	mask, slot := x.mask(), uint64(hash)<<32|uint64(number+1)
	i := hash & mask
	for x.slots[i] != slot {
		if x.slots[i] == 0 {
			return
		}
		i = (i + 1) & mask
	}
	for j := (i + 1) & mask; x.slots[j] != 0; j = (j + 1) & mask {
		home := uint32(x.slots[j]>>32) & mask
		if (j-home)&mask >= (j-i)&mask {
			x.slots[i] = x.slots[j]
			i = j
		}
	}
	x.slots[i] = 0
	x.used--
	if n := len(x.slots); n > minSlots && x.used < n/8 {
		x.resize(n / 2)
	}
}
