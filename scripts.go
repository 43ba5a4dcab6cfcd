package main

import (
	"context"
	"math"

	"ntopgo/bindings"
	"ntopgo/compat/lua"
	"ntopgo/compat/web"
)

// scriptRunner runs the scripts of requests.
type scriptRunner struct{ a *app }

// Run runs the script of req in a VM of its own.
func (r scriptRunner) Run(ctx context.Context, req *web.ScriptRequest, out *web.Response) error {
	vm, err := r.a.lua.VM(ctx)
	if err != nil {
		return err
	}
	defer vm.Close()
	host := r.context(req, out)
	vm.SetHost(host)
	for name, value := range r.globals(req, host) {
		if err := vm.SetGlobal(name, value); err != nil {
			return err
		}
	}
	return vm.RunFile(ctx, req.Path)
}

func (r scriptRunner) context(req *web.ScriptRequest, out *web.Response) *bindings.Context {
	c := &bindings.Context{Env: r.a.env, User: req.User, Group: req.Group, LocalUser: req.LocalUser,
		Capabilities: req.Capabilities, AllowedNets: req.AllowedNets, AllowedIface: req.AllowedIfname,
		Session: req.Session, CSRF: req.CSRF, RemoteAddr: req.RemoteAddr.String(), TLS: req.TLS,
		ObsID: req.ObservationPoint, Out: out}
	if req.LoginOff {
		c.Group, c.Capabilities = "administrator", math.MaxUint64
	}
	c.Select(req.IfID)
	return c
}

// globals are the tables that a script finds its request in.
func (r scriptRunner) globals(req *web.ScriptRequest, host *bindings.Context) map[string]any {
	session := sessionTable(host)
	session.Set("ifname", req.IfName)
	if req.InvalidCSRF {
		session.Set("INVALID_CSRF", true)
	}
	g := map[string]any{"_GET": params(req.Get), "_POST": params(req.Post), "_SERVER": params(req.Server),
		"_COOKIE": params(req.Cookie), "_SESSION": session}
	if req.Language != "" {
		g["language"] = req.Language
	}
	return g
}

func params(list []web.Param) *lua.Table {
	t := lua.NewTable(len(list))
	for _, p := range list {
		t.Set(p.Key, p.Value)
	}
	return t
}

func sessionTable(c *bindings.Context) *lua.Table {
	return lua.NewTable(10).
		Set("session", c.Session).
		Set("user", c.User).
		Set("group", c.Group).
		Set("localuser", c.LocalUser).
		Set("capabilities", int64(c.Capabilities&math.MaxInt64)).
		Set("allowed_nets", c.AllowedNets).
		Set("observationPointId", c.ObsID)
}

// interfaces is what the web server asks about interfaces.
type interfaces struct{ a *app }

func (i interfaces) ByName(name string) (int, bool) {
	if name == bindings.SystemName {
		return bindings.SystemID, true
	}
	for _, f := range i.a.ifaces {
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
	if len(i.a.ifaces) == 0 {
		return bindings.SystemID, bindings.SystemName
	}
	return i.a.ifaces[0].ID(), i.a.ifaces[0].Name()
}

// ObservationPoint is 0: packets come from no observation point.
func (i interfaces) ObservationPoint(int, int) int { return 0 }
