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
	Score    int
	Severity int
}

// Stats counts what happened to a recipient's notifications.
type Stats struct {
	LastUse                  time.Time // of the last dequeue
	Uses, Drops, FilteredOut uint64
	Delivered, Failures      uint64
	FillPercent              int
}

// Queues is the set of recipients. It may be used by several goroutines.
type Queues struct {
	mu sync.Mutex
	m  map[int]*queue
}

type queue struct {
	minSeverity int
	items       []Notification
	stats       Stats
}

// New returns an empty set.
func New() *Queues { return &Queues{m: map[int]*queue{}} }

// Register adds a recipient, or changes the lowest severity it wants.
func (q *Queues) Register(id, minSeverity int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.m[id] == nil {
		q.m[id] = &queue{}
	}
	q.m[id].minSeverity = minSeverity
}

// Delete forgets a recipient and what is queued for it.
func (q *Queues) Delete(id int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.m, id)
}

// Enqueue queues n for a recipient and says whether it was taken: false for an
// unknown recipient, one that wants only worse ones, and a full queue.
func (q *Queues) Enqueue(id int, n Notification) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.m[id].take(n)
}

// EnqueueAll queues n for every recipient that wants it.
func (q *Queues) EnqueueAll(n Notification) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range q.m {
		r.take(n)
	}
}

func (r *queue) take(n Notification) bool {
	switch {
	case r == nil:
		return false
	case n.Severity < r.minSeverity:
		r.stats.FilteredOut++
		return false
	case len(r.items) >= MaxQueued:
		r.stats.Drops++
		return false
	}
	r.items = append(r.items, n)
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
	r.stats.LastUse = now
	if len(r.items) == 0 {
		return Notification{}, false
	}
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
