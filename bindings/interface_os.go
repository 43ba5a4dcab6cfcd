package bindings

import (
	"slices"

	"ntopgo/compat/lua"
	"ntopgo/engine/aggregate"
	"ntopgo/engine/host"
)

// Operating systems of hosts. Traffic between hosts of the same one is not
// counted, as in the original.
func init() {
	register("interface", map[string]func(c *Call){
		"getOSesInfo": getOSesInfo,
		"getOSInfo":   getOSInfo,
	})
}

// The numbers of operating systems in trees of both years: the scripts' own list
// of 2024, nDPI's since. What has no number is unknown there.
var (
	systems2024 = []host.OS{host.UnknownOS, host.Linux, host.Windows, host.MacOS, host.IOS, host.Android, host.LaserJet, host.AirPort}
	systems2026 = []host.OS{host.UnknownOS, host.Windows, host.MacOS, host.IOS, host.Android, host.Linux, host.FreeBSD}
)

func (c *Context) systemNumbers() []host.OS {
	if c.Env.TreeYear >= 2026 {
		return systems2026
	}
	return systems2024
}

// systemNumber is the tree's number of an operating system, 0 for one that it
// does not know.
func (c *Context) systemNumber(os host.OS) int { return max(slices.Index(c.systemNumbers(), os), 0) }

func (c *Call) operatingSystems() map[int]*group {
	out := map[int]*group{}
	for id, g := range c.groups(aggregate.System) {
		n := c.systemNumber(host.OS(id))
		if have := out[n]; have != nil { // several that the tree does not tell apart
			have.Hosts += g.Hosts
			have.Add(&g.Sum)
			continue
		}
		out[n] = g
	}
	return out
}

// osTable is the row of a system; it has been there since the start.
func (c *Call) osTable(n int, g *group) *lua.Table {
	first := c.Env.Started.Unix()
	last := max(seconds(g.LastSeen), first)
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
