package bindings

// What scripts tell the engine to read again after a change. What is read when
// it is used needs no telling; what the engine does not have yet says so.
func init() {
	none := func(c *Call) { c.Push(nil) }
	const checks = "no native checks yet"
	for _, n := range []string{"reloadServersConfiguration", "reloadASNConfiguration"} {
		partial("ntop", n, checks, none)
	}
	register("ntop", map[string]func(c *Call){"reloadHostPools": none}) // members are looked up when asked for
	partial("ntop", "reloadDeviceProtocols", "device policies are not applied yet", func(*Call) {})
	partial("ntop", "startPollingBGPPrefixChanges", "no BGP feed", none)
	partial("ntop", "ribFind", "no BGP feed", none)
}
