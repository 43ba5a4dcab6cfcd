package bindings

import "testing"

// A user who is limited to host pools sees the hosts in them and their flows.
func TestLimitToPools(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	w.run(`ntop.setMembersCache("ntopng.prefs.host_pools.pool_ids", "3")
		ntop.setMembersCache("ntopng.prefs.host_pools.members.3", "192.168.1.20/32@0") ntop.reloadHostPools()`)
	if err := w.env.KV.Set("ntopng.user.carol.allowed_host_pools", "3,x"); err != nil {
		t.Fatal(err)
	}
	carol := func(c *Context) { c.User, c.Group, c.Capabilities = "carol", "unprivileged", 0 }
	for _, c := range []struct{ name, code, want string }{
		{"hosts", `p(interface.getHostsInfo().numHosts, interface.getBatchedHostsInfo(0).numHosts, interface.getBatchedLocalHostsTs(0).numHosts)`, "1 1 1;"},
		{"a host", `p(interface.getHostInfo("192.168.1.20") ~= nil, interface.getHostInfo("192.168.1.10"), interface.getHostMinInfo("8.8.8.8"))`, "true nil nil;"},
		{"search", `p(interface.findHost("192.168"), interface.findHostByMac("02:00:01:00:00:0A"))`, "{192.168.1.20=192.168.1.20} {};"},
		{"flows", `p(interface.getFlowsInfo().numFlows, interface.getActiveFlowsStats().numFlows, #interface.getVLANFlowsStats())`, "1 1 1;"},
		{"a flow", `p(interface.findFlowByTuple("192.168.1.10", "203.0.113.5", 0, 40002, 80, 6), interface.findFlowByTuple("192.168.1.10", "192.168.1.20", 0, 40001, 80, 6) ~= nil)`, "nil true;"},
		{"changes", `p(interface.resetHostStats("192.168.1.10"), interface.reloadHostPrefs("192.168.1.10"))`, "false false;"},
		{"the pools", `p(ntop.getAllowedHostPools())`, "{3=true};"},
		{"charts", `p(#interface.getInterfaceHosts(0), interface.getASesInfo().ASes[1].num_hosts)`, "1 1;"},
	} {
		w.check(c.name, c.code, c.want, carol)
	}
	w.check("who is not limited", `p(interface.getHostsInfo().numHosts, ntop.getAllowedHostPools())`, "4 {};")
}

// A user who is limited to an interface gets no other.
func TestLimitToInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.busy()
	only := func(c *Context) {
		c.User, c.Group, c.Capabilities, c.AllowedIface = "dave", "unprivileged", 0, "wire0"
		c.Select(1)
	}
	w.check("names", `for id in pairs(interface.getIfNames()) do p(id) end p(interface.getFirstInterfaceId())`, "1;1;", only)
	w.check("selection", `interface.select("0") local chosen = interface.getId()
p(chosen, interface.setActiveInterfaceId(0), interface.getId(), interface.isValidIfId("0"), interface.isValidIfId("1"))`,
		"1 false 1 false true;", only)
	w.check("checkpoint", `p(interface.checkpointHostTalker(0, "192.168.1.10"))`, "nil;", only)
}
