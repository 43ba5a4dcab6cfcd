package bindings

import "ntopgo/compat/lua"

// ownFunctions are what the embedded tree has beyond the documented names. They
// live in a namespace of their own, "ntopgo", so that they can never meet a
// name of the original.
func ownFunctions() lua.Namespace {
	return lua.Namespace{Name: "ntopgo", Functions: map[string]lua.Function{
		"trafficHistory": func(c *lua.Call) {
			if ctx, _ := c.VM().Host().(*Context); ctx != nil {
				trafficHistory(&Call{Call: c, Context: ctx, b: &Binding{Namespace: "ntopgo", Name: "trafficHistory"}})
			}
		},
	}}
}

// trafficHistory() is an array, oldest first, of {t = Unix second, in_bytes,
// in_packets, out_bytes, out_packets}: the selected interface's traffic per
// second of at most the last hour of its time. Seconds without an entry had no
// traffic.
func trafficHistory(c *Call) {
	t := lua.NewTable(0)
	if c.Iface != nil {
		for _, p := range c.Iface.History() {
			t.Append(lua.NewTable(5).
				Set("t", p.Second).
				Set("in_bytes", p.Ingress.Bytes).
				Set("in_packets", p.Ingress.Packets).
				Set("out_bytes", p.Egress.Bytes).
				Set("out_packets", p.Egress.Packets))
		}
	}
	c.Push(t)
}
