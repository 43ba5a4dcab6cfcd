// Package userchecks runs the scripts that users put into the tree's
// scripts/callbacks/checks, with the flow or host that they are about bound to
// the namespaces flow and host. Each hook has one machine per interface that is
// used again and again, so globals of a script live from flow to flow.
//
// It runs beside the capture: a flow that no script has time for is dropped and
// counted.
package userchecks

import (
	"context"
	"encoding/json"
	"math"
	"path/filepath"
	"sync/atomic"
	"time"

	"ntopgo/bindings"
	"ntopgo/compat/lua"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/iface"
)

// Scripts below the callbacks' folder.
const (
	recognisedScript = "checks/flows/custom_flow_protocol_detected_script.lua"
	periodicScript   = "checks/flows/custom_flow_periodic_script.lua"
	endScript        = "checks/flows/custom_flow_end_script.lua"
	hostScript       = "checks/hosts/custom_host_lua_script.lua"
)

// configKey holds the checks that are on, as the tree's pages write it.
const configKey = "ntopng.prefs.checks.configset_v1"

// maxWaiting is how many flows wait for a script at most.
const maxWaiting = 4096

// Config says how often scripts are run; zero values are the defaults.
type Config struct {
	FlowPeriod time.Duration // of the periodic flow script for one flow; default 5 min
	HostPeriod time.Duration // of the host script; default 1 min
	Tick       time.Duration // of looking what is due; default 5 s
}

// Deps are what the scripts run in.
type Deps struct {
	Env *bindings.Env
	Lua *lua.Runtime
}

// Checks runs the scripts of one interface.
type Checks struct {
	cfg     Config
	deps    Deps
	ifid    int
	waiting chan event
	dropped atomic.Uint64

	machines map[string]*machine
	visited  map[host.Key]*visit
}

type event struct {
	script string
	flow   flow.Flow
}

// visit is what is known of a host between two runs of its script.
type visit struct {
	skip bindings.HostSkip
	seen int64 // round of the last run
}

// New prepares the scripts of interface ifid. Tell the interface's flow events
// to OnFlow.
func New(ifid int, cfg Config, deps Deps) *Checks {
	for _, d := range []struct {
		v *time.Duration
		d time.Duration
	}{{&cfg.FlowPeriod, 5 * time.Minute}, {&cfg.HostPeriod, time.Minute}, {&cfg.Tick, 5 * time.Second}} {
		if *d.v <= 0 {
			*d.v = d.d
		}
	}
	return &Checks{cfg: cfg, deps: deps, ifid: ifid, waiting: make(chan event, maxWaiting), machines: map[string]*machine{},
		visited: map[host.Key]*visit{}}
}

// Present says whether the tree has any such script.
func Present(env *bindings.Env) bool {
	for _, s := range []string{recognisedScript, periodicScript, endScript, hostScript} {
		if exists(env, s) {
			return true
		}
	}
	return false
}

func exists(env *bindings.Env, script string) bool {
	_, err := env.Layout.Stat(filepath.Join(env.Layout.CallbacksDir, filepath.FromSlash(script)))
	return err == nil
}

// OnFlow takes an event of the engine. It only puts it into a queue.
func (c *Checks) OnFlow(e iface.FlowEvent, f *flow.Flow) {
	script := recognisedScript
	if e == iface.FlowEnded {
		script = endScript
	}
	select {
	case c.waiting <- event{script, *f}:
	default:
		c.dropped.Add(1)
	}
}

// Dropped is how many flows no script had time for.
func (c *Checks) Dropped() uint64 { return c.dropped.Load() }

// Run runs scripts until ctx is done.
func (c *Checks) Run(ctx context.Context) {
	defer c.close()
	tick := time.NewTicker(c.cfg.Tick)
	defer tick.Stop()
	i := c.deps.Env.Interface(c.ifid)
	if i == nil {
		return
	}
	last, hostsAt := i.Now(), time.Time{}
	on := c.enabled()
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-c.waiting:
			if on.flow {
				c.flow(ctx, e.script, &e.flow)
			}
		case <-tick.C:
			on = c.enabled()
			now := i.Now()
			if on.flow {
				c.periodicFlows(ctx, i, last, now)
			}
			last = now
			if on.host && time.Since(hostsAt) >= c.cfg.HostPeriod {
				hostsAt = time.Now()
				c.hosts(ctx, i)
			}
		}
	}
}

// switches are the checks that are turned on.
type switches struct{ flow, host bool }

// enabled reads which of the two checks is on; both are off by default.
func (c *Checks) enabled() (s switches) {
	text, ok, err := c.deps.Env.KV.Get(configKey)
	if err != nil || !ok {
		return s
	}
	var set struct {
		Config struct {
			Flow json.RawMessage `json:"flow"`
			Host json.RawMessage `json:"host"`
		} `json:"config"`
	}
	if json.Unmarshal([]byte(text), &set) != nil {
		return s
	}
	return switches{flow: turnedOn(set.Config.Flow, "custom_lua_script"), host: turnedOn(set.Config.Host, "custom_host_lua_script")}
}

// turnedOn says whether any hook of a check is. The tree writes an empty table
// as an array, which then is no object and turns nothing on.
func turnedOn(checks json.RawMessage, name string) bool {
	var byName map[string]json.RawMessage
	var hooks map[string]struct {
		Enabled bool `json:"enabled"`
	}
	if json.Unmarshal(checks, &byName) != nil || json.Unmarshal(byName[name], &hooks) != nil {
		return false
	}
	for _, h := range hooks {
		if h.Enabled {
			return true
		}
	}
	return false
}

// periodicFlows runs the periodic script for the flows that have completed
// another period between last and now.
func (c *Checks) periodicFlows(ctx context.Context, i *iface.Interface, last, now time.Time) {
	if !exists(c.deps.Env, periodicScript) {
		return
	}
	period := int64(c.cfg.FlowPeriod)
	due, _ := i.Flows(iface.FlowQuery{Match: func(f *flow.Flow) bool {
		return (now.UnixNano()-f.FirstSeen)/period > (last.UnixNano()-f.FirstSeen)/period
	}})
	for n := range due {
		if ctx.Err() != nil {
			return
		}
		c.flow(ctx, periodicScript, &due[n])
	}
}

func (c *Checks) flow(ctx context.Context, script string, f *flow.Flow) {
	m := c.machine(script)
	if m == nil {
		return
	}
	run := c.context()
	run.Flow = f
	if m.run(ctx, run) && run.Raised != nil {
		if err := run.ReportFlow(f, run.Raised); err != nil {
			c.deps.Env.Log.Logf(1, "alert of %s: %v", script, err)
		}
	}
}

// hosts runs the host script for every host that it does not want to skip.
func (c *Checks) hosts(ctx context.Context, i *iface.Interface) {
	m := c.machine(hostScript)
	if m == nil {
		return
	}
	round := time.Now().UnixNano()
	for _, h := range i.Hosts() {
		if ctx.Err() != nil {
			return
		}
		v := c.visited[h.Key]
		first := v == nil
		if first {
			v = &visit{}
			c.visited[h.Key] = v
		}
		v.seen = round
		if v.skip.Skip && i.Now().Unix() < v.skip.Until {
			continue
		}
		run := c.context()
		run.Host, run.FirstRun = h, first
		if !m.run(ctx, run) {
			continue
		}
		if run.Skip != nil {
			v.skip = *run.Skip
		}
		if err := run.HostScriptAlert(h, run.Raised); err != nil {
			c.deps.Env.Log.Logf(1, "alert of %s: %v", hostScript, err)
		}
	}
	for k, v := range c.visited { // hosts that are gone
		if v.seen != round {
			delete(c.visited, k)
		}
	}
}

func (c *Checks) context() *bindings.Context {
	run := &bindings.Context{Env: c.deps.Env, Group: "administrator", Privileged: true, Capabilities: math.MaxUint64}
	run.Select(c.ifid)
	return run
}

func (c *Checks) close() {
	for _, m := range c.machines {
		m.close()
	}
}
