package memory

import "unsafe"

// page is the smallest piece of memory that the kernel maps.
const page = 4 << 10

// Touch writes to n bytes of zeroes from p on, in each page. The kernel maps
// memory that is read first to a page of zeroes, and again when it is written,
// the second time with a message to the other processors that waits for them.
//
//go:noinline
func Touch(p unsafe.Pointer, n int) {
	for at := 0; at < n; at += page {
		*(*byte)(unsafe.Add(p, at)) = 0
	}
	if n > 0 {
		*(*byte)(unsafe.Add(p, n-1)) = 0
	}
}

// New is new(T) for what the packet path makes very often: the check for nil at its
// first use would read it before anything is written.
func New[T any]() *T {
	p := new(T)
	if at := uintptr(unsafe.Pointer(p)); at >= heap.from.Load() {
		heap.feed(at, populate)
	}
	Touch(unsafe.Pointer(p), int(unsafe.Sizeof(*p)))
	return p
}
