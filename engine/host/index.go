package host

import (
	"encoding/binary"
	"math/bits"
	"sync/atomic"
	"unsafe"

	"ntopgo/engine/prefetch"
)

// index finds hosts by the hash of their key: open addressing with linear
// probing. Readers take no lock: slots are only ever filled, and whoever drops
// hosts or needs more room builds another index.
type index struct {
	slots []slot // a power of two of them
	used  int
}

// slot is free while h is nil; hash is written before h.
type slot struct {
	hash uint32
	h    atomic.Pointer[Host]
}

const minSlots = 1 << 8

// newIndex has room for n hosts and some more.
func newIndex(n int) *index {
	size := minSlots
	for size/4*3 <= n {
		size *= 2
	}
	x := &index{slots: make([]slot, size)}
	for i := 0; i < size; i += minSlots {
		x.slots[i].hash = 0 // memory that is read first is mapped twice, see memory.Touch
	}
	return x
}

func (x *index) full() bool { return x.used >= len(x.slots)/4*3 }

func (x *index) find(hash uint32, k Key) *Host {
	mask := uint32(len(x.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		s := &x.slots[i]
		h := s.h.Load()
		if h == nil {
			return nil
		}
		if s.hash == hash && h.Key == k {
			return h
		}
	}
}

// add enters a host that is not in the index; only one goroutine at a time.
func (x *index) add(hash uint32, h *Host) {
	mask := uint32(len(x.slots) - 1)
	i := hash & mask
	for x.slots[i].h.Load() != nil {
		i = (i + 1) & mask
	}
	x.slots[i].hash = hash
	x.slots[i].h.Store(h)
	x.used++
}

// each calls f for every host.
func (x *index) each(f func(hash uint32, h *Host)) {
	for i := range x.slots {
		if h := x.slots[i].h.Load(); h != nil {
			f(x.slots[i].hash, h)
		}
	}
}

// hash is the key's place in the index. seed keeps senders from knowing which
// hosts collide.
func (k Key) hash(seed uint64) uint32 {
	a := k.Addr.As16()
	hi, lo := bits.Mul64(binary.LittleEndian.Uint64(a[:8])^seed, binary.LittleEndian.Uint64(a[8:])^0x9e3779b97f4a7c15)
	hi, lo = bits.Mul64(hi^lo^uint64(k.VLAN), seed|1)
	return uint32((hi ^ lo) >> 16)
}

// Prefetch asks for the place in the table of the host of k, PrefetchHost, some
// time later, for what is read first of the host itself.
func (t *Table) Prefetch(k Key) (hash uint32) {
	hash = k.hash(t.seed)
	x := t.live.Load()
	prefetch.Lines(unsafe.Pointer(&x.slots[hash&uint32(len(x.slots)-1)]), 1)
	return hash
}

// PrefetchHost takes what Prefetch returned.
func (t *Table) PrefetchHost(hash uint32) {
	x := t.live.Load()
	if h := x.slots[hash&uint32(len(x.slots)-1)].h.Load(); h != nil {
		prefetch.Lines(unsafe.Pointer(h), 2)
	}
}
