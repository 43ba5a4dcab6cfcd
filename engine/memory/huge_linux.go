package memory

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

var (
	started = time.Now()
	pages   = hugePages{free: freeHuge, age: func() time.Duration { return time.Since(started) }}
)

// freeHuge is how many bytes of huge pages the kernel has free, 0 where it has none of
// the size of HugePage.
func freeHuge() int {
	if os.Getpagesize() != HugePage>>hugeOrder || readNumber("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size") != HugePage {
		return 0
	}
	b, err := os.ReadFile("/proc/buddyinfo")
	if err != nil {
		return 0
	}
	return countHuge(bytes.NewReader(b))
}

// readNumber reads a file of the kernel with one number, -1 for anything else.
func readNumber(name string) int {
	b, err := os.ReadFile(name)
	if err != nil {
		return -1
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return -1
	}
	return n
}

// Populate has the kernel map b, which nothing was written to yet and which begins and
// ends where huge pages do: in huge pages where they are at hand.
func Populate(b []byte) {
	p := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	for end := p + uintptr(len(b)); p < end; p += HugePage {
		populate(p)
	}
}

// populate maps the huge page's worth of memory at p. Where it is mapped in small pages
// the kernel is told that a huge one is wanted, for when it has time.
func populate(p uintptr) {
	if !pages.take() {
		advise(p, unix.MADV_POPULATE_WRITE)
		advise(p, unix.MADV_HUGEPAGE)
		return
	}
	begin := time.Now()
	advise(p, unix.MADV_HUGEPAGE)
	advise(p, unix.MADV_POPULATE_WRITE)
	pages.took(time.Since(begin))
}

// advise is madvise(2) for the huge page's worth of memory at p. What it says are only
// wishes, and kernels before 5.14 do not know all of them.
func advise(p uintptr, what uintptr) { unix.Syscall(unix.SYS_MADVISE, p, HugePage, what) }
