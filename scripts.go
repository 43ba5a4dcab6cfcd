package main

import (
	"math"

	"ntopgo/bindings"
	"ntopgo/compat/lua"
	"ntopgo/compat/periodic"
	"ntopgo/compat/web"
	"ntopgo/engine/capture"
)

// requestContext is what the bindings know of a web request.
func (a *app) requestContext(req *web.ScriptRequest, out *web.Response) any {
	c := &bindings.Context{Env: a.env, User: req.User, Group: req.Group, LocalUser: req.LocalUser,
		Capabilities: req.Capabilities, AllowedNets: req.AllowedNets, AllowedIface: req.AllowedIfname,
		Session: req.Session, CSRF: req.CSRF, RemoteAddr: req.RemoteAddr.String(), TLS: req.TLS,
		ObsID: req.ObservationPoint, Out: out}
	if req.LoginOff {
		c.Group, c.Capabilities = "administrator", math.MaxUint64
	}
	c.Select(req.IfID)
	return c
}

// jobContext is what the bindings know of a periodic or life-cycle script: it
// may do everything, and prints to the log.
func (a *app) jobContext(job *periodic.Job) any {
	c := &bindings.Context{Env: a.env, Group: "administrator", Privileged: true, Capabilities: math.MaxUint64,
		Deadline: job.Deadline, DeadlineMargin: job.Margin, SetProgress: job.SetProgress}
	c.Select(job.IfID)
	return c
}

// printer is the global print: into the answer of a request, else to the log.
func (a *app) printer(c *lua.Call) {
	ctx, _ := c.VM().Host().(*bindings.Context)
	switch {
	case ctx == nil:
	case ctx.Out != nil:
		web.Print(c, ctx.Out, a.log.Warnf)
	default:
		periodic.Print(c, a.log.Printf)
	}
}

// newScheduler makes what runs the callbacks of the tree.
func (a *app) newScheduler() (*periodic.Scheduler, error) {
	return periodic.New(periodic.Config{CallbacksDir: a.layout.CallbacksDir, Logf: levelLog{a.log}.Logf,
		Skip: a.skipCallback},
		periodic.Deps{Files: a.layout, Errors: a.kv, Interfaces: a.periodicInterfaces,
			Runner: periodic.LuaRunner{Runtime: a.lua, Host: a.jobContext}})
}

func (a *app) periodicInterfaces() []periodic.Interface {
	var out []periodic.Interface
	for _, i := range a.env.Interfaces() {
		out = append(out, periodic.Interface{ID: i.ID(), Name: i.Name(), PcapDump: i.Info().Kind == capture.KindFile})
	}
	return out
}

// interfaces is what the web server asks about interfaces.
type interfaces struct{ a *app }

func (i interfaces) ByName(name string) (int, bool) {
	if name == bindings.SystemName {
		return bindings.SystemID, true
	}
	for _, f := range i.a.env.Interfaces() {
		if f.Name() == name {
			return f.ID(), true
		}
	}
	return 0, false
}

func (i interfaces) ByID(id int) (string, bool) {
	if id == bindings.SystemID {
		return bindings.SystemName, true
	}
	if f := i.a.env.Interface(id); f != nil {
		return f.Name(), true
	}
	return "", false
}

func (i interfaces) First() (int, string) {
	all := i.a.env.Interfaces()
	if len(all) == 0 {
		return bindings.SystemID, bindings.SystemName
	}
	return all[0].ID(), all[0].Name()
}

// ObservationPoint is 0: packets come from no observation point.
func (i interfaces) ObservationPoint(int, int) int { return 0 }
