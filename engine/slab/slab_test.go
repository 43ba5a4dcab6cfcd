package slab

import (
	"testing"
	"unsafe"

	"ntopgo/engine/memory"
)

type record struct {
	a, b uint64
	c    [5]uint32
}

func TestElementsStayApart(t *testing.T) {
	t.Parallel()
	table := New[record]()
	const n = 200_000
	for i := uint32(0); i < n; i++ {
		for int(i) >= table.Cap() {
			table.Grow()
		}
		r := table.At(i)
		if *r != (record{}) {
			t.Fatalf("element %d is not zero", i)
		}
		*r = record{a: uint64(i), b: ^uint64(i), c: [5]uint32{i, i, i, i, i}}
	}
	for i := uint32(0); i < n; i++ {
		if r := table.At(i); r.a != uint64(i) || r.b != ^uint64(i) || r.c[4] != i {
			t.Fatalf("element %d was overwritten: %+v", i, r)
		}
	}
	if size := unsafe.Sizeof(record{}); uintptr(unsafe.Pointer(table.At(1)))-uintptr(unsafe.Pointer(table.At(0))) != size {
		t.Error("elements do not lie beside each other")
	}
}

func TestPointersAreRefused(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a record with a string was taken")
		}
	}()
	New[struct{ s string }]()
}

func TestArraysOfEverySize(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 1000, memory.HugePage/int(unsafe.Sizeof(record{})) + 1, 300_000} {
		a := NewArray[record](n)
		if len(a.Items) != n {
			t.Fatalf("%d elements instead of %d", len(a.Items), n)
		}
		for i := range a.Items {
			if a.Items[i] != (record{}) {
				t.Fatalf("element %d of %d is not zero", i, n)
			}
			a.Items[i].a = uint64(i)
		}
		if got := a.Items[n-1].a; got != uint64(n-1) {
			t.Errorf("the last element is %d", got)
		}
		a.Free()
		if a.Items != nil {
			t.Error("elements are left after Free")
		}
	}
}

// TestMemoryBeginsAtHugePages maps beside a mapping that would put what follows
// elsewhere.
func TestMemoryBeginsAtHugePages(t *testing.T) {
	t.Parallel()
	for range 3 {
		small := &owner{}
		defer small.free()
		b, ok := mapMemory(4096)
		if !ok {
			t.Skip("memory comes from the heap on this system")
		}
		small.maps = append(small.maps, b)
		large := &owner{}
		defer large.free()
		for _, n := range []int{1, 3 * memory.HugePage} {
			b := large.alloc(n)
			if at := uintptr(unsafe.Pointer(unsafe.SliceData(b))); at%memory.HugePage != 0 || len(b)%memory.HugePage != 0 {
				t.Errorf("%d bytes at %x", len(b), at)
			}
			for i := range b {
				b[i]++
			}
		}
	}
}
