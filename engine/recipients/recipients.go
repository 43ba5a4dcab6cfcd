// Package recipients holds the queues between what raises alerts and what
// delivers them: one bounded queue for each recipient, with counters. What an
// alert says, and how it is delivered, is not known here.
package recipients

import (
	"sync"
	"time"
)

// MaxQueued is how many notifications a recipient's queue holds. What comes
// when it is full is dropped and counted.
const MaxQueued = 8192

// Notification is one alert on its way to a recipient.
type Notification struct {
	Alert    string // JSON
	Score    int    // 0: something that has happened, no alert
	Severity int
	ID       int // ntopng's number of the alert
	Category int
	Entity   int   // kind of what the alert is about
	Pools    []int // of hosts, of the ends of the flow
	// Tags are those of the hosts as a set of bits; nil: none. It is asked at most
	// once, and only where a recipient chooses by tags.
	Tags func() uint64
}

// Stats counts what happened to a recipient's notifications.
type Stats struct {
	LastUse                  time.Time // when something was last taken out
	Uses, Drops, FilteredOut uint64    // Uses: how many were queued
	Delivered, Failures      uint64
	FillPercent              int
}

// Queues is the set of recipients. It may be used by several goroutines.
type Queues struct {
	mu     sync.Mutex
	m      map[int]*queue
	queued chan struct{}
}

type queue struct {
	filter Filter
	items  []Notification
	stats  Stats
}

// New returns an empty set.
func New() *Queues { return &Queues{m: map[int]*queue{}, queued: make(chan struct{}, 1)} }

// Queued says, to one who waits, that something was queued since it last said so.
func (q *Queues) Queued() <-chan struct{} { return q.queued }

func (q *Queues) wake() {
	select {
	case q.queued <- struct{}{}:
	default:
	}
}

// Register adds a recipient, or changes what it wants.
func (q *Queues) Register(id int, f Filter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.m[id] == nil {
		q.m[id] = &queue{}
	}
	q.m[id].filter = f
}

// Delete forgets a recipient and what is queued for it.
func (q *Queues) Delete(id int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.m, id)
}

// Enqueue queues n for a recipient. It says whether nothing was lost: false for an
// unknown recipient and a full queue, true also where the recipient does not want
// such notifications.
func (q *Queues) Enqueue(id int, n Notification) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.wake()
	return q.m[id].take(id, &n)
}

// EnqueueAll queues n for every recipient that wants it. It says whether nothing
// was lost.
func (q *Queues) EnqueueAll(n Notification) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer q.wake()
	whole := true
	for id, r := range q.m {
		whole = r.take(id, &n) && whole
	}
	return whole
}

func (r *queue) take(id int, n *Notification) bool {
	switch {
	case r == nil:
		return false
	case !r.filter.wants(id, n):
		r.stats.FilteredOut++
		return true
	case len(r.items) >= MaxQueued:
		r.stats.Drops++
		return false
	}
	r.items = append(r.items, *n)
	r.stats.Uses++
	return true
}

// Dequeue takes the oldest notification of a recipient.
func (q *Queues) Dequeue(id int, now time.Time) (Notification, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	r := q.m[id]
	if r == nil {
		return Notification{}, false
	}
	if len(r.items) == 0 {
		return Notification{}, false
	}
	r.stats.LastUse = now
	n := r.items[0]
	r.items = r.items[1:]
	return n, true
}

// Count adds to what a recipient's deliverer reports.
func (q *Queues) Count(id int, delivered, filteredOut, failures uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if r := q.m[id]; r != nil {
		r.stats.Delivered += delivered
		r.stats.FilteredOut += filteredOut
		r.stats.Failures += failures
	}
}

// Stats are the counters of a recipient; ok is false for an unknown one.
func (q *Queues) Stats(id int) (s Stats, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	r := q.m[id]
	if r == nil {
		return Stats{}, false
	}
	s = r.stats
	s.FillPercent = len(r.items) * 100 / MaxQueued
	return s, true
}
