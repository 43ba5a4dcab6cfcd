// Package slab keeps large tables of records that hold no pointers, outside of
// the garbage collector's heap: it never looks at them, they do not count
// towards its next run, and the kernel is asked for huge pages, as a table of
// many flows is read all over the place. Records with pointers may not enter.
package slab

import (
	"fmt"
	"reflect"
	"runtime"
	"unsafe"

	"ntopgo/engine/memory"
)

// Table is a growing array of T whose elements do not move.
type Table[T any] struct {
	chunks []unsafe.Pointer
	shift  uint
	owner  *owner
}

// owner gives the memory back when nobody refers to the table any more.
type owner struct{ maps [][]byte }

// New returns an empty table. It panics when T holds pointers.
func New[T any]() *Table[T] {
	var zero T
	if t := reflect.TypeOf(zero); hasPointers(t) {
		panic(fmt.Sprintf("slab: %v holds pointers", t))
	}
	t := &Table[T]{owner: &owner{}}
	for size := unsafe.Sizeof(zero); size<<(t.shift+1) <= memory.HugePage; {
		t.shift++
	}
	runtime.AddCleanup(t, (*owner).free, t.owner)
	return t
}

// Cap is how many elements there is room for.
func (t *Table[T]) Cap() int { return len(t.chunks) << t.shift }

// Grow makes room for more elements, all zero.
func (t *Table[T]) Grow() {
	var zero T
	b := t.owner.alloc(int(unsafe.Sizeof(zero)) << t.shift)
	t.chunks = append(t.chunks, unsafe.Pointer(unsafe.SliceData(b)))
}

// At is element n, which is below Cap. The pointer keeps nothing alive: it is
// good as long as the table is.
func (t *Table[T]) At(n uint32) *T {
	var zero T
	chunk := t.chunks[n>>t.shift]
	return (*T)(unsafe.Add(chunk, uintptr(n&(1<<t.shift-1))*unsafe.Sizeof(zero)))
}

func (o *owner) alloc(n int) []byte {
	n = (n + memory.HugePage - 1) &^ (memory.HugePage - 1)
	b, ok := mapMemory(n)
	if !ok {
		return make([]byte, n) // the heap has to do
	}
	for i := 0; i < n; i += memory.HugePage {
		b[i] = 0 // memory that is read first is mapped twice, see memory.Touch
	}
	o.maps = append(o.maps, b)
	return b
}

func (o *owner) free() {
	for _, b := range o.maps {
		unmapMemory(b)
	}
	o.maps = nil
}

func hasPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr,
		reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		return false
	case reflect.Array:
		return t.Len() > 0 && hasPointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if hasPointers(t.Field(i).Type) {
				return true
			}
		}
		return false
	}
	return true
}
