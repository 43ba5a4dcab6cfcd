package memory

import (
	"os"
	"runtime/debug"
	"unsafe"

	"golang.org/x/sys/unix"
)

// feedHeap feeds the next n bytes of the heap: it takes them and gives them back
// untouched. What the heap has already it takes first.
func feedHeap(n int) {
	if n == 0 || !untouchedIsFree() {
		return
	}
	percent := debug.SetGCPercent(-1) // one collection is enough
	p := uintptr(unsafe.Pointer(unsafe.SliceData(make([]byte, n))))
	debug.FreeOSMemory() // what was never written does not count as memory in use
	debug.SetGCPercent(percent)
	heap.give(p, uintptr(n))
}

// untouchedIsFree says whether memory that nobody uses costs nothing.
func untouchedIsFree() bool {
	const strict = 2 // the kernel promises no more than it has, proc(5)
	var space unix.Rlimit
	return os.Getenv("GOMEMLIMIT") == "" && readNumber("/proc/sys/vm/overcommit_memory") != strict &&
		unix.Getrlimit(unix.RLIMIT_AS, &space) == nil && space.Cur == unix.RLIM_INFINITY
}
