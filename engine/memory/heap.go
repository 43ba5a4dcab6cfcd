package memory

import (
	"math"
	"sync"
	"sync/atomic"
)

// mostFed bounds how much of the heap is fed, which is an eighth of the machine's memory
// otherwise. It is address space, and costs nothing until it is used.
const mostFed = 640 << 20

func fedHeap(ram uint64) int { return int(min(ram/8, mostFed)) &^ (HugePage - 1) }

// feedAhead is how much of the heap is mapped before it is needed: the heap grows nearly
// in the order of addresses.
const feedAhead = 2 * HugePage

// feeder maps the heap before the program writes to it, much at a time and in huge
// pages where they are at hand. Go would have it mapped page by page.
type feeder struct {
	from atomic.Uintptr // an object that begins there or above is close to what is not mapped

	mu        sync.Mutex
	next, end uintptr // what is not mapped yet
}

var heap = newFeeder()

func newFeeder() *feeder {
	f := &feeder{}
	f.from.Store(math.MaxUint)
	return f
}

// give has f feed the n bytes at p, of the heap that nothing lies in yet.
func (f *feeder) give(p, n uintptr) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next, f.end = (p+HugePage-1)&^(HugePage-1), (p+n)&^(HugePage-1)
	f.set()
}

// set sets from by next.
func (f *feeder) set() {
	if f.next >= f.end {
		f.from.Store(math.MaxUint)
		return
	}
	f.from.Store(f.next - min(feedAhead, f.next))
}

// feed maps what comes behind p, where an object begins. Another does it if another is
// at it.
func (f *feeder) feed(p uintptr, populate func(uintptr)) {
	if p >= f.from.Load() && f.mu.TryLock() {
		defer f.mu.Unlock()
		if p >= f.end {
			return // it did not fit
		}
		f.next = max(f.next, p&^(HugePage-1))
		for ; f.next < min(p+feedAhead+1, f.end); f.next += HugePage {
			populate(f.next)
		}
		f.set()
	}
}
