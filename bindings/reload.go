package bindings

// What scripts tell the engine to read again after a change. What is read when
// it is used needs no telling; native_checks.go has what checks read.
func init() {
	none := func(c *Call) { c.Push(nil) }
	register("ntop", map[string]func(c *Call){
		"reloadHostPools":        func(c *Call) { c.Env.reloadPools(); c.Push(nil) },
		"reloadASNConfiguration": none, // systems are looked up when they are asked for
	})
}
