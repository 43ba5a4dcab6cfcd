package bindings

import (
	"ntopgo/compat/lua"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
)

// Namespace flow: the flow that a script of scripts/callbacks/checks/flows is
// run for. Anywhere else there is none, and everything is nil or false.
func init() {
	of := func(get func(c *Call, f *flow.Flow) any) func(c *Call) {
		return func(c *Call) {
			if c.Flow == nil {
				c.Push(nil)
				return
			}
			c.Push(get(c, c.Flow))
		}
	}
	is := func(test func(f *flow.Flow) bool) func(c *Call) {
		return func(c *Call) { c.Push(c.Flow != nil && test(c.Flow)) }
	}
	of7 := func(has func(m *dpi.Metadata) bool, set func(t *lua.Table, m *dpi.Metadata)) func(c *Call) {
		return of(func(_ *Call, f *flow.Flow) any {
			t := lua.NewTable(8)
			if f.Metadata() != nil && has(f.Metadata()) {
				set(t, f.Metadata())
			}
			return t
		})
	}
	register("flow", map[string]func(c *Call){
		"cli":             of(func(_ *Call, f *flow.Flow) any { return f.Client.String() }),
		"cli_port":        of(func(_ *Call, f *flow.Flow) any { return f.CliPort }),
		"srv":             of(func(_ *Call, f *flow.Flow) any { return f.Server.String() }),
		"srv_port":        of(func(_ *Call, f *flow.Flow) any { return f.SrvPort }),
		"protocol":        of(func(_ *Call, f *flow.Flow) any { return f.Key.Proto }),
		"vlan_id":         of(func(_ *Call, f *flow.Flow) any { return f.Key.VLAN }),
		"bytes":           of(func(_ *Call, f *flow.Flow) any { return f.Bytes() }),
		"cli2srv_bytes":   of(func(_ *Call, f *flow.Flow) any { return f.ToServer.Bytes }),
		"srv2cli_bytes":   of(func(_ *Call, f *flow.Flow) any { return f.ToClient.Bytes }),
		"l7_master_proto": of(func(_ *Call, f *flow.Flow) any { return f.Result.Master }),
		"l7_proto":        of(func(_ *Call, f *flow.Flow) any { return f.Result.App }),
		"l7_proto_name":   of(func(c *Call, f *flow.Flow) any { return c.Env.DPI.Name(f.Result) }),
		"direction":       of(flowDirection),
		"is_oneway": is(func(f *flow.Flow) bool {
			return f.Packets() > 0 && (f.ToServer.Packets == 0 || f.ToClient.Packets == 0)
		}),
		"is_unicast":   is(func(f *flow.Flow) bool { return flow.Unicast(f.Client) && flow.Unicast(f.Server) }),
		"http":         of7(hasHTTP, setHTTP),
		"dns":          of7(hasDNS, setDNS),
		"ssh":          of7(hasSSH, setSSH),
		"tls_quic":     of7(hasTLS, setTLS),
		"triggerAlert": triggerScriptAlert,
	})
}

// flowDirection says on which side of the local networks the ends are.
func flowDirection(c *Call, f *flow.Flow) any {
	cli, srv := c.Env.Nets.Local(f.Client), c.Env.Nets.Local(f.Server)
	switch {
	case cli && srv:
		return "local@local"
	case cli:
		return "local@remote"
	case srv:
		return "remote@local"
	}
	return "remote2remote"
}

// ScriptAlert is what a script wants to be said about its flow or host.
type ScriptAlert struct {
	Score   int
	Message string
}

// maxScriptScore is the largest score that one alert can have.
const maxScriptScore = 255

// triggerScriptAlert takes a score and a message. The last call of a run counts.
func triggerScriptAlert(c *Call) {
	if c.Flow == nil && c.Host == nil {
		c.Push(nil)
		return
	}
	if c.Kind(1) != lua.Number || c.Kind(2) != lua.String {
		c.wrongArgument(1, "number, followed by a string")
		c.Push(nil)
		return
	}
	c.Raised = &ScriptAlert{Score: int(min(max(c.Integer(1), 0), maxScriptScore)), Message: c.String(2)}
}
