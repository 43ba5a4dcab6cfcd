package periodic

import (
	"math"
	"sort"
	"time"
)

// State of a script.
type State string

// States, as the original names them.
const (
	Unknown  State = "unknown"
	Sleeping State = "sleeping"
	Queued   State = "queued"
	Running  State = "running"
)

type runKey struct {
	dir, path string
	ifid      int
}

// run is what is known of one script for one interface.
type run struct {
	activity Activity
	state    State
	job      *Job // queued or running
	progress int

	queued, started, scheduled, deadline time.Time
	last, longest                        time.Duration
	notExecuted, slow                    bool
	numNotExecuted, numSlow              uint64
}

func (s *Scheduler) run(a Activity, job *Job) *run {
	key := runKey{job.Dir, job.Path, job.IfID}
	r := s.runs[key]
	if r == nil {
		r = &run{activity: a, state: Unknown}
		s.runs[key] = r
	}
	return r
}

func (r *run) finished(begin, end time.Time, job *Job) {
	r.last = end.Sub(begin)
	r.longest = max(r.longest, r.last)
	r.progress = int(job.progress.Load())
	if job.Deadline.Sub(end) <= job.Margin {
		r.slow, r.numSlow = true, r.numSlow+1
	}
}

// Stats is what ntopng's pages show of one callbacks directory for one
// interface: of several scripts the busiest state, the longest times and the
// sums of counters.
type Stats struct {
	State                       State
	Period, MaxDuration, Margin time.Duration
	Last, Longest               time.Duration
	InProgressSince             time.Time // zero unless running
	LastStart, LastQueued       time.Time
	Scheduled, Deadline         time.Time
	NotExecuted, Slow           bool
	NumNotExecuted, NumSlow     uint64
	Progress                    int
}

var busy = map[State]int{Unknown: 0, Sleeping: 1, Queued: 2, Running: 3}

// AllInterfaces asks Stats for the directories of all of them.
const AllInterfaces = math.MinInt

// Stats returns the directories that have run for an interface, by name.
func (s *Scheduler) Stats(ifid int) map[string]Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]Stats{}
	for key, r := range s.runs {
		if key.ifid != ifid && ifid != AllInterfaces {
			continue
		}
		t, ok := out[key.dir]
		if !ok {
			t = Stats{State: Unknown, Period: r.activity.Period, MaxDuration: r.activity.MaxDuration, Margin: r.activity.Margin()}
		}
		t.add(r)
		out[key.dir] = t
	}
	return out
}

func (t *Stats) add(r *run) {
	if busy[r.state] > busy[t.State] {
		t.State = r.state
	}
	t.Last, t.Longest = max(t.Last, r.last), max(t.Longest, r.longest)
	t.LastStart, t.LastQueued = later(t.LastStart, r.started), later(t.LastQueued, r.queued)
	t.Scheduled, t.Deadline = later(t.Scheduled, r.scheduled), later(t.Deadline, r.deadline)
	t.NotExecuted, t.Slow = t.NotExecuted || r.notExecuted, t.Slow || r.slow
	t.NumNotExecuted += r.numNotExecuted
	t.NumSlow += r.numSlow
	progress := r.progress
	if r.state == Running && r.job != nil {
		progress = int(r.job.progress.Load())
		if t.InProgressSince.IsZero() || r.started.Before(t.InProgressSince) {
			t.InProgressSince = r.started
		}
	}
	t.Progress = max(t.Progress, progress)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Counts are totals: scripts run and scripts that failed.
func (s *Scheduler) Counts() (executed, failed uint64) {
	return s.executed.Load(), s.failed.Load()
}

// dirs lists the directories of stats in order.
func dirs(stats map[string]Stats) []string {
	out := make([]string, 0, len(stats))
	for d := range stats {
		out = append(out, d)
	}
	sort.Strings(out)
	return out
}
