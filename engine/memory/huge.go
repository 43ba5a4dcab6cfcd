package memory

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"
)

// HugePage is the size of the pages that large tables are kept in: one entry of the
// processor's address cache instead of 512, one fault, and one piece to give back.
const HugePage = 2 << 20

// hugeShare is which part of the free huge pages is used up before they are counted
// again: others take them too.
const hugeShare = 4

// slowHuge is how long it takes to map a huge page that is not at hand: to find one
// where memory is fragmented, or for a hypervisor to find its memory, takes milliseconds;
// to clear it, 100 to 300 microseconds.
const slowHuge = time.Millisecond

// mostPatience is how many pages are small, at most, after a huge one was slow.
const mostPatience = 256

// hugePages decides whether to ask for huge pages. Methods may be called by several
// goroutines.
type hugePages struct {
	free func() int // bytes of free ones, by the kernel

	mu       sync.Mutex
	left     int // that may be asked for before free is called again
	slow     int // how many are small after the next slow one
	patience int // how many are small before the next huge one
}

// take says whether the next page is to be huge.
func (h *hugePages) take() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.patience > 0 {
		h.patience--
		return false
	}
	if h.left == 0 {
		h.left = h.free() / HugePage / hugeShare
	}
	if h.left == 0 {
		h.patience = mostPatience
		return false
	}
	h.left--
	return true
}

// took notes how long a huge page took to be mapped.
func (h *hugePages) took(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if d < slowHuge {
		h.slow = 0
		return
	}
	h.slow = min(max(2*h.slow, 8), mostPatience)
	h.patience = h.slow
}

// hugeOrder is the order of the smallest blocks of /proc/buddyinfo that are huge
// pages: 2^9 pages of 4 kB.
const hugeOrder = 9

// countHuge reads a table as /proc/buddyinfo is (proc(5)): the numbers of free blocks of
// 2^0, 2^1, ... pages for each zone. It returns how many bytes there are in huge pages.
func countHuge(r io.Reader) (n int) {
	for lines := bufio.NewScanner(r); lines.Scan(); {
		_, zone, _ := strings.Cut(lines.Text(), "zone")
		for order, count := range strings.Fields(zone) {
			order-- // the first is the zone's name
			if blocks, err := strconv.Atoi(count); err == nil && order >= hugeOrder {
				n += blocks << (order - hugeOrder) * HugePage
			}
		}
	}
	return n
}
