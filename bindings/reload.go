package bindings

// What scripts tell the engine to read again after a change. What is read when
// it is used needs no telling; what only native checks read waits for them.
func init() {
	none := func(c *Call) { c.Push(nil) }
	register("ntop", map[string]func(c *Call){
		"reloadHostPools":        func(c *Call) { c.Env.reloadPools(); c.Push(nil) },
		"reloadASNConfiguration": none, // systems are looked up when they are asked for
	})
	for _, n := range []string{"reloadServersConfiguration", "reloadDeviceProtocols"} {
		later("ntop", n, laterChecks, none)
	}
	for _, n := range []string{"setIEC104AllowedTypeIDs", "setModbusAllowedFunctionCodes"} {
		later("ntop", n, laterChecks, func(c *Call) { c.pushStringOf(1, func(string) any { return true }) })
	}
}
