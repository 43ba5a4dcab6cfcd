package bindings

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"ntopgo/compat/lua"
)

// Limits, queues and threads of the process, as its pages of internals show
// them.
func init() {
	register("ntop", map[string]func(c *Call){
		"getLicenseLimits": getLicenseLimits,
		"listReports":      listReports,
		"threadsInfo":      threadsInfo,
		"getDropPoolInfo":  getDropPoolInfo,
		"resetStats":       resetAllStats,
	})
	register("interface", map[string]func(c *Call){"getQueuesStats": getQueuesStats})
}

// What the community edition allows.
const (
	maxHostPools   = 5
	maxPoolMembers = 8
)

func getLicenseLimits(c *Call) {
	p := c.hostPools()
	pools, members := len(c.poolViews()), p.Members()
	current := lua.NewTable(5).
		Set("num_flow_exporters", 0).
		Set("num_flow_exporter_interfaces", 0).
		Set("num_host_pools", pools).
		Set("num_pool_members", members).
		Set("num_profiles", c.numProfiles())
	max := lua.NewTable(2).Set("num_host_pools", maxHostPools).Set("num_pool_members", maxPoolMembers)
	if c.Env.TreeYear >= 2026 {
		var flows, hosts, local int
		for _, i := range c.Env.Interfaces() {
			s := i.Stats()
			flows, hosts, local = flows+s.Flows, hosts+s.Hosts, local+s.LocalHosts
		}
		current.Set("num_flows", flows).Set("num_hosts", hosts).Set("num_local_hosts", local)
		max.Set("num_flows", c.Env.Options.MaxNumFlows).Set("num_hosts", c.Env.Options.MaxNumHosts).
			Set("num_local_hosts", c.Env.Options.MaxNumHosts)
	}
	c.Push(lua.NewTable(2).Set("current", current).Set("max", max))
}

// listReports names the files of the reports folder.
func listReports(c *Call) {
	t := lua.NewTable(0)
	entries, err := os.ReadDir(filepath.Join(c.Env.Layout.DataDir, "reports"))
	if err != nil && !os.IsNotExist(err) {
		c.Failed(err)
	}
	for _, e := range entries {
		if !e.IsDir() {
			t.Set(e.Name(), "")
		}
	}
	c.Push(t)
}

// clockTick is the unit of CPU times in /proc, in milliseconds (USER_HZ is 100
// on every Linux that Go runs on).
const clockTick = 10

// threadsInfo sums the CPU time of this process's threads by name, as
// proc(5) tells it: whole milliseconds, and per cent of the time since start.
func threadsInfo(c *Call) {
	t := lua.NewTable(0)
	tasks, _ := filepath.Glob("/proc/self/task/[0-9]*/stat")
	ticks := map[string]uint64{}
	for _, f := range tasks {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // it has ended
		}
		if name, n, ok := threadTicks(string(b)); ok {
			ticks[name] += n
		}
	}
	up := c.Env.uptime().Seconds() * 1000
	for name, n := range ticks {
		pct := 0.0
		if up > 0 {
			pct = float64(n*clockTick) * 100 / up
		}
		t.Set(name, lua.NewTable(2).Set("cpu_utilization_pct", pct).Set("cpu_total_ms", n*clockTick))
	}
	c.Push(t)
}

// threadTicks reads name, user and system time of a line of /proc/.../stat.
func threadTicks(stat string) (name string, ticks uint64, ok bool) {
	open, end := strings.IndexByte(stat, '('), strings.LastIndexByte(stat, ')')
	if open < 0 || end < open {
		return "", 0, false
	}
	f := strings.Fields(stat[end+1:])
	if len(f) < 13 {
		return "", 0, false
	}
	user, err1 := strconv.ParseUint(f[11], 10, 64)
	system, err2 := strconv.ParseUint(f[12], 10, 64)
	return stat[open+1 : end], user + system, err1 == nil && err2 == nil
}

// getDropPoolInfo describes the pool of jailed hosts; the expiry is in seconds.
func getDropPoolInfo(c *Call) {
	c.Push(lua.NewTable(3).
		Set("pool_name", "Jailed Hosts").
		Set("list_key", "ntopng.cache.drop_host_list").
		Set("expiration_time", 1800))
}

func resetAllStats(c *Call) {
	if c.Admin() {
		for _, i := range c.Env.Interfaces() {
			i.ResetCounters()
		}
	}
	c.Push(nil)
}

// getQueuesStats lists the queues between capture and what looks at flows, with
// what they had to refuse: of flows with alerts, and, where flows are exported, of
// those that ended and those that last.
func getQueuesStats(c *Call) {
	t := lua.NewTable(3)
	if c.Iface != nil {
		queue := func(name string, refused uint64) {
			t.Set(name, lua.NewTable(1).Set("num_failed_enqueues", refused))
		}
		queue("flowAlertsQueue", c.Env.alertQueue(c.IfaceID).refused.Load())
		if c.Env.Exporter != nil {
			queue("idleFlowsToDump", c.Env.Exporter.Refused(c.IfaceID))
			queue("activeFlowsToDump", 0) // they wait until there is room
		}
	}
	c.Push(t)
}
