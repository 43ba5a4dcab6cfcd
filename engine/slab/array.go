package slab

import (
	"fmt"
	"reflect"
	"runtime"
	"unsafe"

	"ntopgo/engine/memory"
)

// Array is a fixed number of T in one piece. Small ones lie in the heap like any
// slice; large ones outside of it, where huge pages are.
type Array[T any] struct {
	Items []T // valid as long as the Array is
	owner *owner
}

// NewArray returns n elements, all zero. It panics when T holds pointers.
func NewArray[T any](n int) *Array[T] {
	var zero T
	if t := reflect.TypeOf(zero); hasPointers(t) {
		panic(fmt.Sprintf("slab: %v holds pointers", t))
	}
	size := n * int(unsafe.Sizeof(zero))
	if size < memory.HugePage {
		a := &Array[T]{Items: make([]T, n)}
		memory.Touch(unsafe.Pointer(unsafe.SliceData(a.Items)), size)
		return a
	}
	a := &Array[T]{owner: &owner{}}
	a.Items = unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(a.owner.alloc(size)))), n)
	runtime.AddCleanup(a, (*owner).free, a.owner)
	return a
}

// Free gives the memory back at once; the elements are gone.
func (a *Array[T]) Free() {
	a.Items = nil
	if a.owner != nil {
		a.owner.free()
	}
}
