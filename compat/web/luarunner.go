package web

import (
	"context"
	"fmt"
	"io"

	"ntopgo/compat/lua"
)

// LuaRunner runs request scripts on compat/lua. It is the only place of this
// package that knows Lua.
type LuaRunner struct {
	Runtime *lua.Runtime
	// Host makes the VM's host value, the request context of the bindings.
	Host func(req *ScriptRequest, out *Response) any
}

// Run implements ScriptRunner.
func (l LuaRunner) Run(ctx context.Context, req *ScriptRequest, out *Response) error {
	vm, err := l.Runtime.VM(ctx)
	if err != nil {
		return fmt.Errorf("start Lua: %w", err)
	}
	defer vm.Close()
	host := l.Host(req, out)
	if h, ok := host.(interface{ Close() }); ok { // what the run opened ends with it
		defer h.Close()
	}
	vm.SetHost(host)
	globals := map[string]any{
		"_GET": table(req.Get), "_POST": table(req.Post), "_SERVER": table(req.Server),
		"_COOKIE": table(req.Cookie), "_SESSION": sessionTable(req),
	}
	if req.Language != "" {
		globals["language"] = req.Language
	}
	for name, v := range globals {
		if err := vm.SetGlobal(name, v); err != nil {
			return fmt.Errorf("set %s: %w", name, err)
		}
	}
	return vm.RunFile(ctx, req.Path)
}

func table(params []Param) *lua.Table {
	t := lua.NewTable(len(params))
	for _, p := range params {
		t.Set(p.Key, p.Value)
	}
	return t
}

func sessionTable(q *ScriptRequest) *lua.Table {
	t := lua.NewTable(9)
	t.Set("session", q.Session).Set("user", q.User).Set("group", q.Group).Set("localuser", q.LocalUser)
	t.Set("capabilities", int64(q.Capabilities)).Set("allowed_nets", q.AllowedNets)
	t.Set("ifname", q.IfName).Set("observationPointId", q.ObservationPoint)
	if q.InvalidCSRF {
		t.Set("INVALID_CSRF", true)
	}
	return t
}

// Print writes a call's arguments the way scripts of a request print: without a
// newline, numbers as %f in single precision, "blob" as second argument for one
// byte. It is the body of the global print while out is a request's answer;
// warn is told of what cannot be printed.
func Print(c *lua.Call, out io.Writer, warn func(format string, args ...any)) {
	write := func(s string) { _, _ = io.WriteString(out, s) }
	if c.Kind(2) == lua.String {
		if kind, _ := c.Str(2); len(kind) >= 4 && kind[:4] == "blob" {
			switch s, ok := c.Str(1); {
			case ok && s == "":
				write("\x00")
			case ok && len(s) == 1:
				write(s)
			}
			return
		}
	}
	switch c.Kind(1) {
	case lua.None, lua.Nil:
		write("nil")
	case lua.Boolean:
		write(fmt.Sprint(c.Truthy(1)))
	case lua.String:
		s, _ := c.Str(1)
		write(s)
	case lua.Number:
		n, _ := c.Num(1)
		write(fmt.Sprintf("%f", float32(n)))
	case lua.TableKind:
		c.Table(1).Each(func(k, v any) bool {
			switch v := v.(type) {
			case *lua.Table:
				write(fmt.Sprint(k))
			case string, float64, int, int64:
				write(fmt.Sprintf("%v = %v", k, v))
			}
			return true
		})
	default:
		if warn != nil {
			warn("print: a value of this type cannot be printed")
		}
	}
}
