package bindings

import (
	"ntopgo/compat/lua"
)

// Live captures to the browser and captures to files. There are none to list or
// to stop until captures can be started.
func init() {
	const missing = "captures cannot be started yet"
	partial("interface", "dumpLiveCaptures", missing, func(c *Call) {
		if !c.Admin() {
			c.Push(nil)
			return
		}
		c.Push(lua.NewTable(0))
	})
	partial("interface", "stopLiveCapture", missing, func(c *Call) { c.Push(nil) })
	partial("interface", "isCaptureRunning", missing, func(c *Call) { c.Push(false) })
	partial("interface", "stopRunningCapture", missing, func(c *Call) { c.Push(nil) })
}
