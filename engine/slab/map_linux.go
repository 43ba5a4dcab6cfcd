package slab

import (
	"unsafe"

	"golang.org/x/sys/unix"

	"ntopgo/engine/memory"
)

// mapMemory takes n bytes of zeroes from the kernel, a multiple of memory.HugePage.
func mapMemory(n int) (b []byte, ok bool) {
	p, err := mapAligned(uintptr(n))
	if err != nil {
		return nil, false
	}
	b = unsafe.Slice((*byte)(p), n)
	memory.Populate(b)
	return b, true
}

// mapAligned maps n bytes that begin where a huge page can. Kernels before 6.7 do not
// choose such a place on their own.
func mapAligned(n uintptr) (unsafe.Pointer, error) {
	p, err := mapAnywhere(n)
	if err != nil || offset(p) == 0 {
		return p, err
	}
	unix.MunmapPtr(p, n)
	if p, err = mapAnywhere(n + memory.HugePage); err != nil {
		return nil, err
	}
	before := -offset(p) & (memory.HugePage - 1)
	if before > 0 {
		unix.MunmapPtr(p, before)
	}
	p = unsafe.Add(p, before)
	unix.MunmapPtr(unsafe.Add(p, n), memory.HugePage-before)
	return p, nil
}

func mapAnywhere(n uintptr) (unsafe.Pointer, error) {
	return unix.MmapPtr(-1, 0, nil, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
}

// offset is where in a huge page p is.
func offset(p unsafe.Pointer) uintptr { return uintptr(p) & (memory.HugePage - 1) }

// unmapMemory gives back what mapMemory took.
func unmapMemory(b []byte) {
	unix.MunmapPtr(unsafe.Pointer(unsafe.SliceData(b)), uintptr(len(b)))
}
