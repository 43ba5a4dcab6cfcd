package periodic

import (
	"context"
	"fmt"
	"time"

	"ntopgo/compat/lua"
)

// LuaRunner runs periodic scripts on compat/lua, each in a VM of its own.
type LuaRunner struct {
	Runtime *lua.Runtime
	// Host makes the VM's host value: a privileged context of the bindings.
	Host func(job *Job) any
}

// Run implements Runner.
func (l LuaRunner) Run(ctx context.Context, job *Job) error {
	vm, err := l.Runtime.VM(ctx)
	if err != nil {
		return fmt.Errorf("start Lua: %w", err)
	}
	defer vm.Close()
	host := l.Host(job)
	if h, ok := host.(interface{ Close() }); ok { // what the run opened ends with it
		defer h.Close()
	}
	vm.SetHost(host)
	if err := vm.SetGlobal("_now", job.Now.Unix()); err != nil {
		return fmt.Errorf("set _now: %w", err)
	}
	return vm.RunFile(ctx, job.Path)
}

// Print is the body of the global print of periodic scripts: strings and
// numbers go to the log, one line per call.
func Print(c *lua.Call, logf func(format string, args ...any)) {
	if s, ok := c.Str(1); ok {
		logf("%s", s)
		return
	}
	logf("print: a value of this type cannot be printed")
}

// Table is interface.getPeriodicActivitiesStats(): the original keeps one set of
// figures, which it shows for each interface.
func (s *Scheduler) Table(int) *lua.Table {
	stats := s.Stats(AllInterfaces)
	out := lua.NewTable(len(stats))
	for _, dir := range dirs(stats) {
		out.Set(dir, stats[dir].table())
	}
	return out
}

func (t Stats) table() *lua.Table {
	zero := func(names ...string) *lua.Table {
		z := lua.NewTable(len(names))
		for _, n := range names {
			z.Set(n, 0)
		}
		return z
	}
	o := lua.NewTable(20)
	o.Set("duration", lua.NewTable(2).Set("max_duration_ms", t.Longest.Milliseconds()).Set("last_duration_ms", t.Last.Milliseconds()))
	setTime(o, "in_progress_since", t.InProgressSince)
	setTime(o, "last_start_time", t.LastStart)
	setTime(o, "last_queued_time", t.LastQueued)
	if t.NotExecuted {
		o.Set("not_executed", true)
	}
	if t.NumNotExecuted > 0 {
		o.Set("num_not_executed", int64(t.NumNotExecuted))
	}
	if t.Slow {
		o.Set("is_slow", true)
	}
	if t.NumSlow > 0 {
		o.Set("num_is_slow", int64(t.NumSlow))
	}
	o.Set("scheduled_time", t.Scheduled.Unix()).Set("deadline", t.Deadline.Unix()).Set("progress", t.Progress)
	// Counted by the engine's time series and SNMP parts, which are not here.
	write := zero("tot_calls", "tot_drops").Set("last", zero("max_call_duration_ms", "avg_call_duration_ms").Set("is_slow", false))
	o.Set("timeseries", lua.NewTable(1).Set("write", write))
	o.Set("snmp", lua.NewTable(1).Set("calls", zero("fat_mibs_v1_v2c", "fat_mibs_v3", "other_mibs_v1_v2c", "other_mibs_v3")))
	o.Set("state", string(t.State)).Set("periodicity", int64(t.Period/time.Second))
	o.Set("max_duration_secs", int64(t.MaxDuration/time.Second)).Set("deadline_secs", int64(t.Margin/time.Second))
	return o
}

func setTime(o *lua.Table, name string, t time.Time) {
	if !t.IsZero() {
		o.Set(name, t.Unix())
	}
}
