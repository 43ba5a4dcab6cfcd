package periodic

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"ntopgo/compat/keyvalue"
	"ntopgo/compat/layout"
	"ntopgo/compat/lua"
)

// scripts notes its runs and behaves as told.
type scripts struct {
	mu   sync.Mutex
	seen []string
	act  func(ctx context.Context, job *Job) error
}

func (s *scripts) Run(ctx context.Context, job *Job) error {
	s.mu.Lock()
	s.seen = append(s.seen, fmt.Sprintf("%s/%s@%d", job.Dir, filepath.Base(job.Path), job.IfID))
	act := s.act
	s.mu.Unlock()
	if act != nil {
		return act(ctx, job)
	}
	return nil
}

func (s *scripts) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.seen
	s.seen = nil
	slices.Sort(out)
	return out
}

// clock is set by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time  { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) set(t time.Time) { c.mu.Lock(); defer c.mu.Unlock(); c.t = t }

type world struct {
	*Scheduler
	scripts *scripts
	clock   *clock
	store   keyvalue.Store
	log     *strings.Builder
}

var interfaces = []Interface{{ID: 0, Name: "eth0"}, {ID: 1, Name: "a.pcap", PcapDump: true}, {ID: 2, Name: "eth1"}, {ID: SystemInterface, Name: "__system__"}}

func newWorld(t *testing.T, start time.Time, change func(*Config), files ...string) *world {
	t.Helper()
	tree := fstest.MapFS{"scripts/lua/x.lua": {}, "scripts/callbacks/system/keep": {}}
	for _, f := range files {
		tree["scripts/callbacks/"+f] = &fstest.MapFile{}
	}
	l, err := layout.Resolve(layout.Config{SystemDirs: []string{}, Embedded: tree})
	if err != nil {
		t.Fatal(err)
	}
	store, err := keyvalue.NewMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	w := &world{scripts: &scripts{}, clock: &clock{t: start}, store: store, log: &strings.Builder{}}
	var mu sync.Mutex
	cfg := Config{CallbacksDir: l.CallbacksDir, Location: time.UTC, Now: w.clock.now, Random: func(n int) int { return n - 1 },
		Logf: func(_ int, f string, a ...any) { mu.Lock(); defer mu.Unlock(); fmt.Fprintf(w.log, f+"\n", a...) }}
	if change != nil {
		change(&cfg)
	}
	w.Scheduler, err = New(cfg, Deps{Files: l, Runner: w.scripts, Interfaces: func() []Interface { return interfaces }, Errors: store})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	w.Tick(start)
	return w
}

// to ticks every second up to and including t and returns what ran.
func (w *world) to(t time.Time) []string {
	for now := w.clock.now().Add(time.Second); !now.After(t); now = now.Add(time.Second) {
		w.clock.set(now)
		w.Tick(now)
		w.Wait()
	}
	return w.scripts.take()
}

var start = time.Date(2026, 3, 4, 10, 59, 57, 0, time.UTC)

func TestWhatRunsWhen(t *testing.T) {
	t.Parallel()
	w := newWorld(t, start, nil, "second/system/a.lua", "5second/interface/b.lua", "minute/system/c.lua", "minute-delayed/system/d.lua",
		"5minute/interface/e.lua", "hourly/system/f.lua", "hourly-delayed/system/g.lua", "daily/system/h.lua")
	for _, step := range []struct {
		until time.Time
		want  []string
	}{
		{start.Add(1 * time.Second), []string{"second/a.lua@-1"}},
		{start.Add(2 * time.Second), []string{"second/a.lua@-1"}},
		// 11:00:00: everything up to the hour
		{start.Add(3 * time.Second), []string{"5minute/e.lua@0", "5minute/e.lua@2", "5second/b.lua@0", "5second/b.lua@2", "hourly/f.lua@-1", "minute/c.lua@-1", "second/a.lua@-1"}},
	} {
		if got := w.to(step.until); !slices.Equal(got, step.want) {
			t.Errorf("at %s: %v, want %v", step.until.Format("15:04:05"), got, step.want)
		}
	}
	// minute-delayed: 44 s after the full minute, once a minute.
	got := w.to(start.Add(3*time.Second + 10*time.Minute))
	count := map[string]int{}
	for _, g := range got {
		count[g]++
	}
	// The delayed minute is at :44 of each minute after the first planned one.
	want := map[string]int{"second/a.lua@-1": 600, "5second/b.lua@0": 120, "5second/b.lua@2": 120, "minute/c.lua@-1": 10, "5minute/e.lua@0": 2,
		"5minute/e.lua@2": 2, "minute-delayed/d.lua@-1": 10, "hourly-delayed/g.lua@-1": 1}
	for k, n := range want {
		if count[k] != n {
			t.Errorf("%s ran %d times in ten minutes, want %d", k, count[k], n)
		}
		delete(count, k)
	}
	if len(count) > 0 {
		t.Errorf("also ran: %v", count)
	}
}

func TestAlignment(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("UTC+5:30", 5*3600+1800)
	w := newWorld(t, start, func(c *Config) { c.Location = zone })
	now := time.Date(2026, 3, 4, 10, 59, 57, 500, time.UTC)
	for dir, want := range map[string]string{
		"second": "10:59:58", "5second": "11:00:00", "minute": "11:00:00", "minute-delayed": "11:00:44", "5minute": "11:00:00",
		"5minute-delayed": "11:01:59", "hourly": "11:00:00", "hourly-delayed": "11:01:59", "daily": "18:30:00",
	} {
		i := slices.IndexFunc(Activities, func(a Activity) bool { return a.Dir == dir })
		if got := w.after(Activities[i], now).UTC().Format("15:04:05"); got != want {
			t.Errorf("%s: %s, want %s", dir, got, want)
		}
	}
	w.cfg.Random = func(int) int { return 0 }
	if got := w.after(Activities[3], now).UTC().Format("15:04:05"); got != "11:00:05" {
		t.Errorf("smallest delay: %s", got)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, start, func(c *Config) { c.Skip = func(name string) bool { return strings.Contains(name, "influxdb") } },
		"second/system/a.lua", "second/system/.hidden.lua", "second/system/b.txt", "second/system/nedge_x.lua", "second/system/influxdb_checks.lua",
		"second/system/dir.lua/x", "second/system/.lua")
	if got := w.to(start.Add(time.Second)); !slices.Equal(got, []string{"second/a.lua@-1"}) {
		t.Errorf("ran %v", got)
	}
}

// A script that is still running is not started again, and that is counted.
func TestNoOverlap(t *testing.T) {
	t.Parallel()
	w := newWorld(t, start, nil, "second/interface/a.lua")
	release, started := make(chan struct{}), make(chan struct{}, 10)
	w.scripts.act = func(_ context.Context, job *Job) error {
		if job.IfID == 0 {
			job.SetProgress(40)
			started <- struct{}{}
			<-release
		}
		return nil
	}
	tick := func(n int) {
		now := start.Add(time.Duration(n) * time.Second)
		w.clock.set(now)
		w.Tick(now)
	}
	tick(1)
	<-started
	tick(2)
	tick(3)
	st := w.Stats(0)["second"]
	if st.State != Running || st.NumNotExecuted != 0 || st.NotExecuted || st.Progress != 40 || st.InProgressSince != start.Add(time.Second) {
		t.Errorf("while running: %+v", st)
	}
	close(release)
	w.Wait()
	tick(4)
	w.Wait()
	st = w.Stats(0)["second"]
	if st.State != Sleeping || st.NumNotExecuted != 0 || st.NotExecuted || st.Last != 0 || st.Longest != 2*time.Second || st.LastStart != start.Add(4*time.Second) {
		t.Errorf("afterwards: %+v", st)
	}
	if n := len(w.scripts.take()); n < 4 {
		t.Errorf("eth1 was held up: %d runs in all", n)
	}
}

func TestSlowAndDeadline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, start, func(c *Config) { c.Grace = time.Millisecond }, "minute/system/a.lua")
	var job *Job
	w.scripts.act = func(_ context.Context, j *Job) error {
		job = j
		w.clock.set(j.Now.Add(56 * time.Second))
		return nil
	}
	w.to(start.Add(3 * time.Second))
	if st := w.Stats(SystemInterface)["minute"]; !st.Slow || st.NumSlow != 1 || st.Longest != 56*time.Second {
		t.Errorf("%+v", st)
	}
	if !job.Now.Equal(start.Add(3*time.Second)) || job.Deadline.Sub(job.Now) != time.Minute || job.Margin != 5*time.Second {
		t.Errorf("job %+v", job)
	}
}

// A script that ignores its deadline is ended.
func TestRunawayIsEnded(t *testing.T) {
	t.Parallel()
	now := time.Now().Add(-64 * time.Second) // its 65 seconds are nearly over
	w := newWorld(t, now.Add(-time.Second), func(c *Config) { c.Grace = 20 * time.Millisecond }, "second/system/a.lua")
	w.scripts.act = func(ctx context.Context, _ *Job) error { <-ctx.Done(); return ctx.Err() }
	w.clock.set(time.Now())
	w.cfg.Now = time.Now
	w.queue(Activities[0], &Job{Dir: "second", Path: "/x/a.lua", IfID: SystemInterface, Now: now, Deadline: now.Add(64*time.Second + 100*time.Millisecond)})
	w.Wait()
	if msg, _ := w.store.LRange(ErrorsKey, 0, -1); len(msg) != 1 || !strings.Contains(msg[0], "deadline") {
		t.Errorf("errors %v", msg)
	}
}

func TestErrorsBecomeAlerts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, start, nil, "second/system/a.lua")
	n := 0
	w.scripts.act = func(context.Context, *Job) error {
		n++
		if n == 2 {
			panic("boom")
		}
		return fmt.Errorf("a.lua:%d: bad", n)
	}
	w.to(start.Add(60 * time.Second))
	msg, _ := w.store.LRange(ErrorsKey, 0, -1)
	if len(msg) != MaxErrors || msg[0] != "a.lua:60: bad" {
		t.Errorf("%d messages, first %q", len(msg), msg[0])
	}
	if done, failed := w.Counts(); done != 60 || failed != 60 {
		t.Errorf("counts %d %d", done, failed)
	}
	if !strings.Contains(w.log.String(), "panic in") || !strings.Contains(w.log.String(), "a.lua:1: bad") {
		t.Error("not in the log")
	}
}

// Hourly and daily directories run one after the other; what is held up still runs.
func TestSlowDirectoriesTakeTurns(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 3, 4, 23, 59, 59, 0, time.UTC)
	w := newWorld(t, midnight, nil, "hourly/system/a.lua", "daily/system/b.lua")
	release := make(chan struct{})
	w.scripts.act = func(context.Context, *Job) error { <-release; return nil }
	for i := 1; i <= 3; i++ {
		w.clock.set(midnight.Add(time.Duration(i) * time.Second))
		w.Tick(w.clock.now())
	}
	if st := w.Stats(SystemInterface); len(st) != 1 || st["hourly"].State == Sleeping {
		t.Errorf("two directories at once: %v", st)
	}
	close(release)
	w.Wait()
	if got := w.to(midnight.Add(4 * time.Second)); !slices.Contains(got, "daily/b.lua@-1") {
		t.Errorf("ran %v", got)
	}
}

func TestLifeCycleScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, start, nil, "system/startup.lua", "system/shutdown.lua")
	for _, name := range []string{"boot", "startup"} {
		if err := w.RunSystem(context.Background(), name); err != nil {
			t.Error(err)
		}
	}
	w.Stop(time.Second)
	w.Tick(start.Add(time.Second))
	if err := w.RunSystem(context.Background(), "shutdown"); err != nil {
		t.Error(err)
	}
	if got := w.scripts.take(); !slices.Equal(got, []string{"/shutdown.lua@-1", "/startup.lua@-1"}) {
		t.Errorf("ran %v", got)
	}
	w.scripts.act = func(context.Context, *Job) error { return errors.New("bad") }
	if err := w.RunSystem(context.Background(), "startup"); err == nil || !strings.Contains(err.Error(), "startup script: bad") {
		t.Errorf("error %v", err)
	}
	if _, err := New(Config{CallbacksDir: "/no/such"}, w.deps); err == nil || !strings.Contains(err.Error(), "/no/such") {
		t.Errorf("missing directory: %v", err)
	}
}

func TestCloseEndsRunningScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, start, nil, "second/system/a.lua")
	started := make(chan struct{})
	w.scripts.act = func(ctx context.Context, _ *Job) error { close(started); <-ctx.Done(); return ctx.Err() }
	w.Tick(start.Add(time.Second))
	<-started
	begin := time.Now()
	w.Stop(10 * time.Millisecond)
	if d := time.Since(begin); d > 2*time.Second {
		t.Errorf("took %v", d)
	}
	if n, _ := w.store.LLen(ErrorsKey); n != 0 {
		t.Error("the end of the program counts as an error of the script")
	}
}

// The loop itself, with the real clock.
func TestLoop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, time.Now(), func(c *Config) { c.Now = time.Now }, "second/system/a.lua")
	ran := make(chan struct{}, 10)
	w.scripts.act = func(context.Context, *Job) error { ran <- struct{}{}; return nil }
	ctx, cancel := context.WithCancel(context.Background())
	w.Start(ctx)
	for range 2 {
		select {
		case <-ran:
		case <-time.After(5 * time.Second):
			t.Fatal("nothing runs")
		}
	}
	cancel()
	w.Close()
}

// Scripts on the real VM get _now and their interface, and errors come back.
func TestLuaRunner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := filepath.Join(dir, "a.lua")
	if err := os.WriteFile(script, []byte("note(_now)\nprint('from script')\nerror('stop here')\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	var noted, host any
	var line string
	rt, err := lua.NewRuntime(lua.Config{PoolSize: 1,
		Print: func(c *lua.Call) { Print(c, func(f string, a ...any) { line = fmt.Sprintf(f, a...) }) },
		Prepare: func(vm *lua.VM) error {
			return vm.SetGlobal("note", lua.Function(func(c *lua.Call) { noted, _ = c.Int(1); host = c.VM().Host() }))
		}})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	r := LuaRunner{Runtime: rt, Host: func(job *Job) any { return job.IfID }}
	err = r.Run(context.Background(), &Job{Path: script, IfID: 2, Now: time.Unix(1234567890, 0)})
	if err == nil || !strings.Contains(err.Error(), "a.lua:3: stop here") {
		t.Errorf("error %v", err)
	}
	if noted != int64(1234567890) || host != 2 || line != "from script" {
		t.Errorf("_now %v host %v, printed %q", noted, host, line)
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, start, nil, "second/interface/a.lua", "minute/interface/b.lua")
	w.scripts.act = func(_ context.Context, j *Job) error { j.SetProgress(30); return nil }
	w.to(start.Add(3 * time.Second))
	all := w.Table(2)
	minute, ok := all.Get("minute").(*lua.Table)
	if !ok || all.Get("second") == nil || w.Table(99).Get("second") == nil {
		t.Fatalf("%v", all)
	}
	at := start.Add(3 * time.Second).Unix()
	for key, want := range map[string]any{"state": "sleeping", "periodicity": int64(60), "max_duration_secs": int64(60), "deadline_secs": int64(5),
		"scheduled_time": at, "deadline": at + 60, "last_start_time": at, "last_queued_time": at, "progress": 30, "not_executed": nil, "in_progress_since": nil} {
		if got := minute.Get(key); got != want {
			t.Errorf("%s = %v (%T), want %v", key, got, got, want)
		}
	}
	for _, key := range []string{"duration", "timeseries", "snmp"} {
		if _, ok := minute.Get(key).(*lua.Table); !ok {
			t.Errorf("%s is no table", key)
		}
	}
}
