package slab

import "golang.org/x/sys/unix"

// mapMemory takes n bytes of zeroes from the kernel. Where it will not give
// any, the heap has to do.
func mapMemory(n int) []byte {
	b, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		return make([]byte, n)
	}
	unix.Madvise(b, unix.MADV_HUGEPAGE) // only a wish
	return b
}

// unmapMemory gives back what mapMemory took; for heap memory it fails and does
// nothing.
func unmapMemory(b []byte) { unix.Munmap(b) }
