package slab

import "golang.org/x/sys/unix"

// mapMemory takes n bytes of zeroes from the kernel. Where it will not give
// any, the heap has to do. Huge pages are asked for when small ones are there already,
// so that the kernel puts these together when it has time: to find and clear one at once
// takes milliseconds where memory is fragmented or a hypervisor has to find it first.
func mapMemory(n int) []byte {
	b, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return make([]byte, n)
	}
	unix.Madvise(b, unix.MADV_POPULATE_WRITE) // both are only wishes
	unix.Madvise(b, unix.MADV_HUGEPAGE)
	return b
}

// unmapMemory gives back what mapMemory took; for heap memory it fails and does
// nothing.
func unmapMemory(b []byte) { unix.Munmap(b) }
