package layout

import (
	"hash/maphash"
	"math"
	"math/bits"
	"unsafe"
)

// fields is the hash part of a table: entries in the order in which their keys
// came, and an index over them once there are more than a few. The order makes
// next and pairs a walk over a slice, and a copy of a table a copy of memory. A
// removed entry keeps its key, so that a traversal finds its place; such
// entries go when the slice is full.
type fields struct {
	entries []entry
	index   []int32 // open addressing by hash; 0 is free, n stands for entries[n-1]
	live    int     // entries whose value is not nil
	first   int     // entries before it have none: a table that is emptied by next is not searched from its start
}

type entry struct {
	key, value any
	hash       uint32
}

// few is how many entries are searched one by one.
const few = 8

// The seeds keep scripts' input from choosing keys that collide.
var (
	seed    = maphash.MakeSeed()
	intSeed = maphash.String(seed, "integers")
)

var (
	stringType = typeOf("")
	intType    = typeOf(int64(0))
	floatType  = typeOf(0.5)
)

// hashString is never 0, which stands for "not known" in Prototype.hashes.
func hashString(s string) uint32 {
	return uint32(maphash.String(seed, s)) | 1
}

func hashInt(n int64) uint32 {
	h, l := bits.Mul64(uint64(n)^intSeed, 0xbf58476d1ce4e5b9)
	return uint32(h ^ l)
}

// hashOf is the hash of a key that is neither a float with an integer's value
// nor nil.
func hashOf(k any) uint32 {
	switch k := k.(type) {
	case string:
		return hashString(k)
	case int64:
		return hashInt(k)
	case float64:
		return hashInt(int64(math.Float64bits(k)))
	case bool:
		if k {
			return 1
		}
		return 2
	}
	return hashInt(int64(uintptr(dataOf(k)))) // Go does not move what it allocated
}

// findString returns the position of a string key, -1 when there is none. Equal
// strings of compiled source are one value, so comparing pointers mostly does.
func (f *fields) findString(k any, h uint32) int {
	d := dataOf(k)
	if f.index == nil {
		for i := range f.entries {
			if e := &f.entries[i]; e.hash == h && e.isString(d) {
				return i
			}
		}
		return -1
	}
	mask := uint32(len(f.index) - 1)
	for p := h & mask; ; p = (p + 1) & mask {
		n := f.index[p]
		if n == 0 {
			return -1
		}
		if e := &f.entries[n-1]; e.hash == h && e.isString(d) {
			return int(n - 1)
		}
	}
}

// isString reports whether the key is the string at d.
func (e *entry) isString(d unsafe.Pointer) bool {
	w := wordsOf(&e.key)
	return w.data == d || w.typ == stringType && *(*string)(w.data) == *(*string)(d)
}

// find returns the position of a key that is no string, -1 when there is none.
func (f *fields) find(k any, h uint32) int {
	if f.index == nil {
		for i := range f.entries {
			if e := &f.entries[i]; e.hash == h && e.key == k {
				return i
			}
		}
		return -1
	}
	mask := uint32(len(f.index) - 1)
	for p := h & mask; ; p = (p + 1) & mask {
		n := f.index[p]
		if n == 0 {
			return -1
		}
		if e := &f.entries[n-1]; e.hash == h && e.key == k {
			return int(n - 1)
		}
	}
}

// add appends a key that is not there yet.
func (f *fields) add(k any, h uint32, v any) {
	if len(f.entries) == cap(f.entries) && f.live*4 < len(f.entries)*3 {
		f.compact()
	}
	f.entries = append(f.entries, entry{k, v, h})
	f.live++
	switch n := len(f.entries); {
	case n <= few:
	case n*4 > len(f.index)*3:
		f.reindex()
	default:
		f.enter(h, int32(n))
	}
}

func (f *fields) enter(h uint32, n int32) {
	mask := uint32(len(f.index) - 1)
	p := h & mask
	for f.index[p] != 0 {
		p = (p + 1) & mask
	}
	f.index[p] = n
}

// reindex makes an index with room for as many entries again.
func (f *fields) reindex() {
	f.index = make([]int32, 1<<bits.Len(uint(cap(f.entries)*3/2)))
	for i := range f.entries {
		f.enter(f.entries[i].hash, int32(i+1))
	}
}

// compact drops removed entries. The slice is a new one, which tells a running
// traversal that positions have changed.
func (f *fields) compact() {
	kept := make([]entry, 0, max(f.live*2, few))
	for i := range f.entries {
		if f.entries[i].value != nil {
			kept = append(kept, f.entries[i])
		}
	}
	f.entries, f.index, f.first = kept, nil, 0
	if len(kept) > few {
		f.reindex()
	}
}

// clone copies f, with room for some more entries when it is small.
func (f *fields) clone() *fields {
	if f == nil {
		return nil
	}
	c := &fields{live: f.live, first: f.first}
	c.entries = append(make([]entry, 0, len(f.entries)), f.entries...)
	c.index = append([]int32(nil), f.index...)
	return c
}
