package bindings

import (
	"slices"

	"ntopgo/compat/lua"
	"ntopgo/engine/host"
)

// Operating systems of hosts, as scripts find them (setHostOperatingSystem).
// Hosts of the unknown one, number 0, are counted without their traffic, as in
// the original.
func init() {
	const missing = "systems that scripts find; the traffic itself does not tell them yet"
	partial("interface", "getOSesInfo", missing, getOSesInfo)
	partial("interface", "getOSInfo", missing, getOSInfo)
}

func (c *Call) operatingSystems() map[int]*group {
	return groupHosts(c, func(h *host.Host) (int, bool) { n := c.hostSystem(h.Key); return n, n != 0 },
		func(*host.Host, *group) {})
}

// osTable is the row of a system; it has been there since the start.
func (c *Call) osTable(n int, g *group) *lua.Table {
	first := c.Env.Started.Unix()
	last := max(seconds(g.last), first)
	t := lua.NewTable(16).Set("os", n)
	g.setTraffic(t)
	return t.Set("seen.first", first).Set("seen.last", last).Set("duration", last-first+1)
}

func getOSesInfo(c *Call) {
	systems := c.operatingSystems()
	numbers := make([]int, 0, len(systems))
	for n := range systems {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	list := lua.NewTable(len(numbers))
	for _, n := range numbers {
		list.Append(c.osTable(n, systems[n]))
	}
	c.Push(lua.NewTable(2).Set("numOSes", len(numbers)).Set("OSes", list))
}

func getOSInfo(c *Call) {
	n, ok := c.Int(1)
	g := c.operatingSystems()[int(n)]
	if !ok || g == nil {
		c.Push(nil)
		return
	}
	c.Push(c.osTable(int(n), g))
}
