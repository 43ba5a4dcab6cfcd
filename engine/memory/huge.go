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

// usualHuge is how long it takes to map a huge page that is at hand: to clear it. To
// find one where memory is fragmented, or for a hypervisor to find its memory, takes
// milliseconds.
const usualHuge = 300 * time.Microsecond

// waitShare is which part of the time that the program runs may be lost with waiting for
// huge pages: a program that ends soon has small ones instead, and one that goes on has
// all the longer a use for huge ones.
const waitShare = 64

// lookAgain is how long nothing is asked for after no huge page was free.
const lookAgain = 100 * time.Millisecond

// hugePages decides whether to ask for huge pages. Methods may be called by several
// goroutines.
type hugePages struct {
	free func() int           // bytes of free ones, by the kernel
	age  func() time.Duration // of the program

	mu   sync.Mutex
	left int           // that may be asked for before free is called again
	next time.Duration // when that may be
	lost time.Duration // with waiting
}

// take says whether the next page is to be huge.
func (h *hugePages) take() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	age := h.age()
	if h.lost*waitShare > age {
		return false
	}
	if h.left == 0 && age >= h.next {
		h.left = h.free() / HugePage / hugeShare
		h.next = age + lookAgain
	}
	if h.left == 0 {
		return false
	}
	h.left--
	return true
}

// took notes how long a huge page took to be mapped.
func (h *hugePages) took(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lost += max(0, d-usualHuge)
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
