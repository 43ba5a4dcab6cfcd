package bindings

import (
	"strconv"
	"time"

	"ntopgo/compat/lua"
)

// Group "Ping": echoes to hosts, once or again and again.
func init() {
	can := func(c *Call) { c.Push(c.Env.Ping != nil) }
	register("ntop", map[string]func(c *Call){
		"isPingAvailable":      can,
		"isPingIfaceAvailable": can,
		"getPingIfNames":       getPingIfNames,
		"pingHost":             pingHost,
		"collectPingResults":   collectPingResults,
	})
}

// getPingIfNames maps "1", "2", ... to the names of interfaces.
func getPingIfNames(c *Call) {
	t := lua.NewTable(0)
	for i, name := range c.Env.Ping.Names() {
		t.Set(strconv.Itoa(i+1), name)
	}
	c.Push(t)
}

// pingHost takes host, whether to use IPv6, whether to go on, and the interface.
func pingHost(c *Call) {
	defer c.Push(nil)
	if c.Kind(1) != lua.String || c.Kind(2) != lua.Boolean || c.Env.Ping == nil {
		return
	}
	name, nic := c.String(1), c.OptString(4, "")
	to := c.Env.lookup(name, !c.Truthy(2))
	if !to.IsValid() {
		c.Env.Log.Logf(4, "%s: %q has no address", c.b.Key(), name)
		return
	}
	var err error
	if c.OptBool(3, false) {
		err = c.Env.Ping.Watch(name, to, nic)
	} else {
		err = c.Env.Ping.Ping(to, nic)
	}
	if err != nil {
		c.Env.Log.Logf(4, "%s: %v", c.b.Key(), err) // an unreachable network is nothing unusual
	}
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// collectPingResults maps hosts to round-trip times in milliseconds; of hosts
// that are asked again and again to what that showed, with those that did not
// answer under "no_response".
func collectPingResults(c *Call) {
	if c.Kind(1) != lua.Boolean {
		c.wrongArgument(1, "boolean")
		c.Push(nil)
		return
	}
	t := lua.NewTable(0)
	if !c.Truthy(1) {
		for addr, rtt := range c.Env.Ping.Collect() {
			t.Set(addr.String(), milliseconds(rtt))
		}
		c.Push(t)
		return
	}
	hosts, silent := c.Env.Ping.CollectWatched()
	for name, s := range hosts {
		t.Set(name, lua.NewTable(5).
			Set("response_rate", s.ResponseRate).
			Set("min_rtt", milliseconds(s.Min)).
			Set("max_rtt", milliseconds(s.Max)).
			Set("jitter", milliseconds(s.Jitter)).
			Set("mean", milliseconds(s.Mean)))
	}
	none := lua.NewTable(len(silent))
	for _, name := range silent {
		none.Set(name, true)
	}
	c.Push(t.Set("no_response", none))
}
