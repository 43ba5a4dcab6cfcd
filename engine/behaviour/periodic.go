package behaviour

import (
	"slices"
	"sync"
	"time"
)

const (
	// periodicIdle is after how long without use a key is forgotten: intervals of
	// more than that are not found.
	periodicIdle = time.Hour
	// shortestPeriod keeps the parts of one page from being taken for repetitions.
	shortestPeriod = 2 * time.Second
	// leastIntervals is how many intervals in a row must agree.
	leastIntervals = 3
	// missable is how many repetitions in a row may fail to be seen.
	missable = 2
)

// tolerance is by how much intervals may differ from their mean.
func tolerance(period int64) int64 { return max(int64(time.Second), period/20) }

// Periodic is a use that comes at a regular interval.
type Periodic struct {
	Key
	Peers
	FirstSeen, LastSeen int64 // nanoseconds: when the first and the last flow of the run began
	Period              time.Duration
	Count               uint64 // intervals that were observed
	Info                string
}

// rhythm is what is known of the uses of one key.
type rhythm struct {
	Periodic
	sum int64 // of the intervals
}

// beat takes a use at time t.
func (r *rhythm) beat(t int64) {
	gap := t - r.LastSeen
	if gap < int64(shortestPeriod) {
		return // part of the same use
	}
	r.LastSeen = t
	if r.Count > 0 {
		period := r.sum / int64(r.Count)
		most := int64(1)
		if r.Count+1 >= leastIntervals { // a single interval is no rhythm yet
			most += missable
		}
		for n := int64(1); n <= most; n++ {
			if d := gap - n*period; d <= tolerance(period) && d >= -tolerance(period) {
				r.sum += gap / n
				r.Count++
				r.Period = time.Duration(r.sum / int64(r.Count))
				return
			}
		}
	}
	// A new run begins with this interval.
	r.FirstSeen, r.sum, r.Count, r.Period = t-gap, gap, 1, time.Duration(gap)
}

func (r *rhythm) periodic() bool { return r.Count >= leastIntervals }

// Periodicities is the map of periodic uses of an interface. Its methods may be
// called from any goroutine; uses must come in the order of their time.
type Periodicities struct {
	max int

	mu      sync.Mutex
	m       map[Key]*rhythm
	refused uint64
}

// NewPeriodicities returns an empty map that follows at most max keys (0: no
// limit).
func NewPeriodicities(max int) *Periodicities {
	return &Periodicities{max: max, m: map[Key]*rhythm{}}
}

// Note takes a use by a local host, and says whether it is a periodic one.
func (p *Periodicities) Note(u *Use) (periodic bool) {
	if !u.ClientLocal {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.m[u.Key]
	if r == nil {
		if p.max > 0 && len(p.m) >= p.max {
			p.refused++
			return false
		}
		r = &rhythm{Periodic: Periodic{Key: u.Key, Peers: u.peers(), FirstSeen: u.First, LastSeen: u.First}}
		p.m[u.Key] = r
	} else {
		r.beat(u.First)
	}
	if u.Info != "" {
		r.Info = u.Info
	}
	return r.periodic()
}

// Purge forgets at time now (nanoseconds) what was not used for an hour.
func (p *Periodicities) Purge(now int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for k, r := range p.m {
		if now-r.LastSeen > int64(periodicIdle) {
			delete(p.m, k)
		}
	}
}

// Flush forgets everything.
func (p *Periodicities) Flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.m)
}

// All copies the periodic uses, ordered by their keys.
func (p *Periodicities) All() []Periodic {
	p.mu.Lock()
	var out []Periodic
	for _, r := range p.m {
		if r.periodic() {
			out = append(out, r.Periodic)
		}
	}
	p.mu.Unlock()
	slices.SortFunc(out, func(a, b Periodic) int { return a.Key.compare(b.Key) })
	return out
}

// Len is the number of keys that are followed, periodic or not; refused how many
// uses found no room.
func (p *Periodicities) Len() (n int, refused uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.m), p.refused
}
