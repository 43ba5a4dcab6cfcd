package bindings

import "ntopgo/compat/lua"

// What pages ask for and the engine does not have yet: alerts, host pools
// beside the default one, autonomous systems, countries, exporters. The answers
// are true of an engine without them; a reason in the listing says so.
func init() {
	none := func(c *Call) { c.Push(lua.NewTable(0)) }
	later("ntop", "getFlowChecksStats", laterChecks, none)

}
