// Package periodic runs the scripts of a tree's callbacks directory at their
// times: every second, 5 seconds, minute and so on, for the system and for each
// interface, and the life-cycle scripts boot, startup and shutdown. It knows
// when and for which interface a script runs, not what it does.
package periodic

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// SystemInterface is the id scripts of "system" directories run with.
const SystemInterface = -1

// ErrorsKey is the list of script errors that become alerts; it holds MaxErrors.
const (
	ErrorsKey = "ntopng.trace_error.alert_queue"
	MaxErrors = 50
)

// Activity is one callbacks directory.
type Activity struct {
	Dir         string
	Period      time.Duration
	MaxDuration time.Duration
	Local       bool // aligned to local time
	Delayed     bool // starts a random while after the full period
}

// Activities are the directories of a tree, with the limits of the original.
var Activities = []Activity{
	{Dir: "second", Period: time.Second, MaxDuration: 65 * time.Second},
	{Dir: "5second", Period: 5 * time.Second, MaxDuration: 65 * time.Second},
	{Dir: "minute", Period: time.Minute, MaxDuration: time.Minute},
	{Dir: "minute-delayed", Period: time.Minute, MaxDuration: time.Minute, Delayed: true},
	{Dir: "5minute", Period: 5 * time.Minute, MaxDuration: 5 * time.Minute},
	{Dir: "5minute-delayed", Period: 5 * time.Minute, MaxDuration: 5 * time.Minute, Delayed: true},
	{Dir: "hourly", Period: time.Hour, MaxDuration: 10 * time.Minute},
	{Dir: "hourly-delayed", Period: time.Hour, MaxDuration: 10 * time.Minute, Delayed: true},
	{Dir: "daily", Period: 24 * time.Hour, MaxDuration: time.Hour, Local: true},
	{Dir: "daily-delayed", Period: 24 * time.Hour, MaxDuration: time.Hour, Local: true, Delayed: true},
	{Dir: "monthly", Period: 30 * 24 * time.Hour, MaxDuration: time.Hour, Local: true},
	{Dir: "monthly-delayed", Period: 30 * 24 * time.Hour, MaxDuration: time.Hour, Local: true, Delayed: true},
}

// Margin is how long before its deadline a script of the activity should stop.
func (a Activity) Margin() time.Duration {
	switch {
	case a.Period <= time.Second:
		return 0
	case a.Period <= 5*time.Second:
		return time.Second
	case a.Period <= time.Minute:
		return 5 * time.Second
	}
	return 10 * time.Second
}

// slow activities run one directory at a time.
func (a Activity) slow() bool { return a.Period >= time.Hour }

// Job is one run of a script.
type Job struct {
	Dir      string // activity, "" for life-cycle scripts
	Path     string // script file
	IfID     int
	IfName   string    // "" for the system
	Now      time.Time // when it was scheduled: the script's _now
	Deadline time.Time
	Margin   time.Duration

	progress atomic.Int32
}

// SetProgress notes how far the script says it is, in percent.
func (j *Job) SetProgress(percent int) { j.progress.Store(int32(percent)) }

// Runner runs a script. The context ends a while after the job's deadline, and
// when the program ends.
type Runner interface {
	Run(ctx context.Context, job *Job) error
}

// Interface is a monitored interface.
type Interface struct {
	ID       int
	Name     string
	PcapDump bool // reads a capture file: no scripts run for it
}

// Config of a Scheduler.
type Config struct {
	CallbacksDir string
	// Workers is how many scripts of a minute or longer may run at once; default
	// 5. Those of shorter periods never wait for them.
	Workers int
	// Grace is how long after its deadline a script is ended; default 30 s. The
	// original never ends one.
	Grace time.Duration
	// Skip tells whether a script is left out, by its file name; it is asked
	// every time. Scripts for other products (nedge_...) are always left out.
	Skip func(name string) bool
	// Location is the zone of daily scripts; default time.Local.
	Location *time.Location
	// Random returns a number from 0 to n-1 for delays; default math/rand.
	Random func(n int) int
	// Now is the clock; default time.Now.
	Now  func() time.Time
	Logf func(level int, format string, args ...any)
}

// Files is how directories are read; *layout.Layout is one.
type Files interface {
	ReadDir(name string) ([]fs.DirEntry, error)
	Stat(name string) (fs.FileInfo, error)
}

// List is the part of the key-value store script errors go to.
type List interface {
	LPush(key string, values ...string) (int64, error)
	LTrim(key string, start, stop int64) error
}

// Deps are the parts the scheduler works with.
type Deps struct {
	Files      Files
	Runner     Runner
	Interfaces func() []Interface
	Errors     List // may be nil
}

// Scheduler runs the scripts.
type Scheduler struct {
	cfg  Config
	deps Deps

	mu      sync.Mutex
	next    []time.Time // of Activities
	runs    map[runKey]*run
	slowRun int // running or queued jobs of slow activities

	slots    chan struct{}
	ctx      context.Context
	cancel   context.CancelFunc
	stopped  atomic.Bool
	loop     sync.WaitGroup
	jobs     sync.WaitGroup
	executed atomic.Uint64
	failed   atomic.Uint64
}

// New makes a scheduler. The callbacks directory must exist.
func New(cfg Config, deps Deps) (*Scheduler, error) {
	if cfg.Workers <= 0 {
		cfg.Workers = 5
	}
	if cfg.Grace <= 0 {
		cfg.Grace = 30 * time.Second
	}
	if cfg.Location == nil {
		cfg.Location = time.Local
	}
	if cfg.Random == nil {
		cfg.Random = rand.IntN
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logf == nil {
		cfg.Logf = func(int, string, ...any) {}
	}
	if st, err := deps.Files.Stat(cfg.CallbacksDir); err != nil || !st.IsDir() {
		return nil, fmt.Errorf("callbacks directory %s cannot be read: %v", cfg.CallbacksDir, err)
	}
	s := &Scheduler{cfg: cfg, deps: deps, runs: map[runKey]*run{}, slots: make(chan struct{}, cfg.Workers)}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s, nil
}

// Start begins scheduling; the first runs come at the next full period.
func (s *Scheduler) Start(ctx context.Context) {
	s.plan(s.cfg.Now())
	s.loop.Add(1)
	go func() {
		defer s.loop.Done()
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-s.ctx.Done():
				return
			case <-tick.C:
				if s.stopped.Load() {
					return
				}
				s.Tick(s.cfg.Now())
			}
		}
	}()
}

// plan sets when each activity is next due.
func (s *Scheduler) plan(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = make([]time.Time, len(Activities))
	for i, a := range Activities {
		s.next[i] = s.after(a, now)
	}
}

// after is the first time an activity is due after now: a multiple of its
// period, of local time for daily ones, plus a random delay.
func (s *Scheduler) after(a Activity, now time.Time) time.Time {
	period, offset := int64(a.Period/time.Second), int64(0)
	if a.Local {
		_, o := now.In(s.cfg.Location).Zone()
		offset = int64(o)
	}
	local := now.Unix() + offset
	due := local - local%period + period - offset
	if a.Delayed {
		due += int64(max(s.cfg.Random(int(min(120, period*3/4))), 5))
	}
	return time.Unix(due, 0)
}

// Tick starts what is due at now. The loop of Start calls it once a second.
func (s *Scheduler) Tick(now time.Time) {
	if s.next == nil {
		s.plan(now)
		return
	}
	for i, a := range Activities {
		s.mu.Lock()
		due := !now.Before(s.next[i]) && (!a.slow() || s.slowRun == 0)
		if due {
			s.next[i] = s.after(a, now)
		}
		s.mu.Unlock()
		if due {
			s.schedule(a, now)
		}
	}
}

// schedule queues every script of an activity.
func (s *Scheduler) schedule(a Activity, now time.Time) {
	for _, script := range s.scripts(path.Join(s.cfg.CallbacksDir, a.Dir, "system")) {
		s.queue(a, &Job{Dir: a.Dir, Path: script, IfID: SystemInterface, Now: now, Deadline: now.Add(a.MaxDuration), Margin: a.Margin()})
	}
	scripts := s.scripts(path.Join(s.cfg.CallbacksDir, a.Dir, "interface"))
	if len(scripts) == 0 {
		return
	}
	for _, i := range s.deps.Interfaces() {
		if i.PcapDump || i.ID == SystemInterface {
			continue
		}
		for _, script := range scripts {
			s.queue(a, &Job{Dir: a.Dir, Path: script, IfID: i.ID, IfName: i.Name, Now: now, Deadline: now.Add(a.MaxDuration), Margin: a.Margin()})
		}
	}
}

// scripts lists the scripts to run in a directory, which need not exist.
func (s *Scheduler) scripts(dir string) []string {
	entries, err := s.deps.Files.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if name := e.Name(); !e.IsDir() && valid(name) && (s.cfg.Skip == nil || !s.cfg.Skip(name)) {
			out = append(out, path.Join(dir, name))
		}
	}
	return out
}

func valid(name string) bool {
	return name[0] != '.' && len(name) > 4 && name[len(name)-4:] == ".lua" && (len(name) < 6 || name[:6] != "nedge_")
}

// queue runs a job in the background, unless the one before is not done yet.
func (s *Scheduler) queue(a Activity, job *Job) {
	s.mu.Lock()
	r := s.run(a, job)
	r.scheduled = job.Now
	if r.job != nil || s.stopped.Load() {
		switch {
		case r.state == Queued:
			r.notExecuted, r.numNotExecuted = true, r.numNotExecuted+1
		case r.state == Running && r.deadline.Before(job.Now):
			r.slow, r.numSlow = true, r.numSlow+1
		}
		s.mu.Unlock()
		return
	}
	r.job, r.state, r.queued, r.deadline = job, Queued, job.Now, job.Deadline
	if a.slow() {
		s.slowRun++
	}
	s.jobs.Add(1)
	s.mu.Unlock()
	go func() {
		defer s.jobs.Done()
		if a.Period >= time.Minute {
			select {
			case s.slots <- struct{}{}:
				defer func() { <-s.slots }()
			case <-s.ctx.Done():
			}
		}
		s.work(r, job)
		s.mu.Lock()
		r.job, r.state = nil, Sleeping
		if a.slow() {
			s.slowRun--
		}
		s.mu.Unlock()
	}()
}

func (s *Scheduler) work(r *run, job *Job) {
	begin := s.cfg.Now()
	s.mu.Lock()
	r.state, r.started, r.notExecuted, r.slow = Running, begin, false, false
	s.mu.Unlock()
	err := s.execute(s.ctx, job)
	end := s.cfg.Now()
	s.mu.Lock()
	r.finished(begin, end, job)
	s.mu.Unlock()
	if err != nil && s.ctx.Err() == nil {
		s.report(job, err)
	}
}

// execute runs the script within its bounds and turns a panic into an error.
func (s *Scheduler) execute(base context.Context, job *Job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v", p)
			s.cfg.Logf(0, "panic in %s: %v\n%s", job.Path, p, debug.Stack())
		}
	}()
	if base.Err() != nil {
		return nil // the program ends
	}
	s.executed.Add(1)
	limit := time.Until(job.Deadline) + s.cfg.Grace
	if since := s.cfg.Now().Sub(job.Now); since < 0 || since > job.Deadline.Sub(job.Now) || limit < s.cfg.Grace {
		limit = job.Deadline.Sub(job.Now) + s.cfg.Grace // waited for long, or an artificial clock
	}
	ctx, cancel := context.WithTimeout(base, limit)
	defer cancel()
	return s.deps.Runner.Run(ctx, job)
}

func (s *Scheduler) report(job *Job, err error) {
	s.failed.Add(1)
	s.cfg.Logf(1, "%v [%s]", err, job.Path)
	if s.deps.Errors == nil {
		return
	}
	if _, e := s.deps.Errors.LPush(ErrorsKey, err.Error()); e == nil {
		_ = s.deps.Errors.LTrim(ErrorsKey, 0, MaxErrors-1)
	}
}
