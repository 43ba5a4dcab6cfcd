package bindings

import (
	"fmt"
	"testing"
)

func TestPortListings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	for _, c := range []struct{ name, code, want string }{
		{"ports of TCP", "p(interface.getHostsPorts(6))",
			"{1={l4_proto=TCP l7_proto_name=HTTP n_hosts=2 num_entries=1 proto_id=7 srv_port=80}};"},
		{"ports of UDP in a VLAN", "p(interface.getHostsPorts(17, 0)[1].srv_port, #interface.getHostsPorts(17, 5))", "53 0;"},
		{"ports without a protocol", "p(interface.getHostsPorts())", "{};"},
		{"ports, wrong", "p(interface.getHostsPorts('x', {}))", "{};"},
		{"servers of a port", `for _, r in ipairs(interface.getHostsByPort(6, 80, 0, "ip", "asc", 0, 10, 7)) do
			p(r.ip, r.name, r.mac, r.mac_manufacturer, r.flows, r.vlan_id, r.score, r.num_entries) end`,
			"192.168.1.20 intranet.example.com 02:00:02:00:00:14 Raspberry Pi Trading Ltd 1 0 0 2;203.0.113.5 www.example.com 02:00:03:00:00:01 Good Networks 1 0 0 2;"},
		{"servers of a port, reversed and cut", `local t = interface.getHostsByPort(6, 80, 0, "ip", "desc", 0, 1, 7) p(#t, t[1].ip)`, "1 203.0.113.5;"},
		{"servers of a port, past the end", `p(interface.getHostsByPort(6, 80, 0, "ip", "asc", 5, 10, 7))`, "{1={num_entries=2}};"},
		{"servers of another application", `p(interface.getHostsByPort(6, 80, 0, "ip", "asc", 0, 10, 91))`, "{1={num_entries=0}};"},
		{"servers, wrong", "p(interface.getHostsByPort({}, 'x'))", "{1={num_entries=0}};"},
		{"servers of an application", `local t = interface.getHostsByService(nil, 7, 6) p(#t, t[1].ip, t[1].port, t[1].flows)`, "1 192.168.1.20 80 1;"},
		{"servers of no application", "p(interface.getHostsByService())", "{1={num_entries=0}};"},
		{"local server ports", "p(interface.getLocalServerPorts())", "{80=1};"},
	} {
		w.check(c.name, c.code, c.want)
	}
	w.check("another's flows", "p(#interface.getHostsPorts(17), interface.getHostsPorts(6)[1].n_hosts)", "0 1;", narrowUser)
}

func TestWalks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	for _, c := range []struct{ name, code, want string }{
		{"chart of local hosts", `for _, r in ipairs(interface.getInterfaceHosts(0)) do p(r.meta.label, r.meta.url_query, r.x, r.y, r.z > 0) end`,
			"192.168.1.10 host=192.168.1.10 0 3 true;intranet.example.com host=192.168.1.20 1 0 true;"},
		{"tree map of remote hosts", `for _, r in ipairs(interface.getInterfaceHosts(0, 1, -1, false, true)) do p(r.x, r.label, r.y > 0) end`,
			"203.0.113.5 www.example.com true;"},
		{"DNS", `local t = interface.getInterfaceHosts(3) p(#t, t[1].x, t[1].y, t[1].z)`, "1 1 1 2;"},
		{"SYN", `local t = interface.getInterfaceHosts(4) p(#t, t[1].x, t[1].y, t[1].z)`, "2 2 0 3;"},
		{"nobody alerted", "p(interface.getInterfaceHosts(2))", "nil;"},
		{"an unknown way", "p(interface.getInterfaceHosts(99))", "nil;"},
		{"a network", "p(#interface.getInterfaceHosts(0, 10, 0), interface.getInterfaceHosts(0, 10, 7))", "2 nil;"},
		{"flows by application", `for _, g in ipairs(interface.getGroupedFlows("column_ndpi")) do p(g.proto, g.num_flows, g.bytes > 0, g["seen.first"]) end`,
			"5 1 true 1735787045;7 2 true 1735787045;"},
		{"flows by something else", `p(interface.getGroupedFlows("column_client"))`, "{};"},
		{"flows by application, filtered", `local t = interface.getGroupedFlows("column_ndpi", {L4Protocol = 17}) p(#t, t[1].proto)`, "1 5;"},
		{"flows, wrong", "p(interface.getGroupedFlows({}))", "nil;"},
		{"cards", `local t = interface.getBatchedMacsInfo() p(t.numMacs, t.nextSlot, t.macs[1].mac)`, "3 0 02:00:01:00:00:0A;"},
		{"cards, wrong", `local t = interface.getBatchedMacsInfo({}) p(t.numMacs)`, "3;"},
		{"addresses of cards", `local t = {["02:00:03:00:00:01"] = {x = 1}, ["02:00:01:00:00:0A"] = {ip = {old = 4}}, other = {}}
			interface.addMacsIpAddresses(t) p(t)`,
			"{02:00:01:00:00:0A={ip={192.168.1.10=4 old=4}} 02:00:03:00:00:01={ip={203.0.113.5=4 8.8.8.8=4} x=1} other={}};"},
		{"addresses of cards, wrong", "p(interface.addMacsIpAddresses('x'))", "nil;"},
		{"no broadcast domain", "p(interface.getBroadcastDomainHostsInfo().numHosts, interface.getStats().bcast_domains)", "0 {};"},
		{"broadcast domains, wrong", "p(interface.getBroadcastDomainHostsInfo('x', {}).numHosts)", "0;"},
	} {
		w.check(c.name, c.code, c.want)
	}
}

func TestResets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	sent := func(addr string) string { return fmt.Sprintf(`interface.getHostInfo("%s")["bytes.sent"]`, addr) }
	for _, c := range []struct{ name, code, want string }{
		{"figures of lists only", `p(interface.resetHostStats("192.168.1.10", true), ` + sent(clientIP) + ` > 0)`, "true true;"},
		{"host", `p(interface.resetHostStats("192.168.1.10"), ` + sent(clientIP) + `)`, "true 0;"},
		{"unknown host", `p(interface.resetHostStats("192.168.1.99"), interface.deleteHostData("nonsense"))`, "false false;"},
		{"host, wrong", "p(interface.resetHostStats({}), interface.deleteHostData())", "nil nil;"},
		{"host with its names", `p(interface.getHostInfo("203.0.113.5").name, interface.deleteHostData("203.0.113.5"),
			interface.getHostInfo("203.0.113.5").name, ` + sent(webIP) + `)`, "www.example.com true  0;"},
		{"card", `p(interface.resetMacStats("02:00:01:00:00:0A"), interface.getMacInfo("02:00:01:00:00:0A")["bytes.sent"])`, "true 0;"},
		{"card with its names", `p(interface.deleteMacData("02:00:02:00:00:14"), interface.getMacInfo("02:00:02:00:00:14")["packets.rcvd"])`, "true 0;"},
		{"unknown card", `p(interface.resetMacStats("02:00:01:00:00:ff"), interface.deleteMacData("x"))`, "false false;"},
		{"card, wrong", "p(interface.resetMacStats({}), interface.deleteMacData())", "nil nil;"},
		{"prefs of a host", `p(interface.reloadHostPrefs("192.168.1.10"), interface.reloadHostPrefs("192.168.1.99"), interface.reloadHostPrefs({}))`, "true false nil;"},
	} {
		w.check(c.name, c.code, c.want)
	}
	w.check("another's host", `p(interface.resetHostStats("192.168.1.20"))`, "false;", narrowUser)
}

func TestTopSites(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("off", `p(interface.getHostInfo("192.168.1.10").sites)`, "nil;")
	if err := w.env.Prefs.Set(topTalkers, "1"); err != nil {
		t.Fatal(err)
	}
	w.check("sites", `p(interface.getHostInfo("192.168.1.10").sites)`, `{"example.com":3};`)
	w.check("kept", `interface.updateTopSites() local n = 0 for k in pairs(ntop.getKeysCache("ntopng.cache._0_*")) do n = n + 1
		p(ntop.getCache(k)) end p(n)`, `{"example.com":3};1;`)
	w.check("reset", `interface.resetHostTopSites("192.168.1.10") interface.resetHostTopSites({}) p(interface.getHostInfo("192.168.1.10").sites)`, "{};")
}

func TestHostTags(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	w.check("none", `p(interface.getHostTags("192.168.1.10"), interface.getUserDefinedHostTags("192.168.1.99"))`, "0 0;")
	w.check("set", `interface.setHostTags("192.168.1.10", (1 << 33) + 5) p(interface.getHostTags("192.168.1.10"),
		interface.getUserDefinedHostTags("192.168.1.10"), interface.getHostInfo("192.168.1.10").tags)`, "8589934592 8589934592 8589934592;")
	w.check("where the original keeps them", `p(ntop.getCache("ntopng.prefs.host_tags_bitmap.0_192.168.1.10@0"))`, "8589934592;")
	w.check("of a host that is away", `interface.setHostTags("192.168.1.99", 1 << 34) p(interface.getHostTags("192.168.1.99"))`, "17179869184;")
	w.check("cleared", `interface.setHostTags("192.168.1.10", 0) p(interface.getHostTags("192.168.1.10"))`, "0;")
	w.check("wrong", `interface.setHostTags("192.168.1.10", {}) interface.setHostTags({}, 1) p((interface.getHostTags({})))`, "nil;")
}

func TestHostAttributes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	w.check("host", `p(interface.getHostAttributes("203.0.113.5"))`,
		`{"broadcast_domain_host":false,"dhcpHost":false,"is_blacklisted":false,"is_broadcast":false,"is_multicast":false,"localhost":false,"name":"www.example.com","privatehost":false,"systemhost":false};`)
	w.check("none", `p(interface.getHostAttributes("192.168.1.99"), interface.getHostAttributes({}))`, "nil nil;")
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	verdicts := `for _, f in ipairs(interface.getFlowsInfo(nil, {sortColumn = "column_bytes", a2zSortOrder = true}).flows) do io = f["srv.port"] .. "=" .. f.flow_verdict p(io) end`
	for _, c := range []struct{ name, code, want string }{
		{"none", verdicts, "53=0;80=0;80=0;"},
		{"by options", `p(interface.dropMultipleFlowsTraffic({L4Protocol = 17}), interface.dropMultipleFlowsTraffic("x")) ` + verdicts, "true nil;53=2;80=0;80=0;"},
		{"unknown flow", `p(interface.dropFlowTraffic(1, 2), interface.dropFlowTraffic(1))`, "false nil;"},
		{"one flow", `local f = interface.findFlowByTuple("192.168.1.10", "203.0.113.5", 0, 40002, 80, 6)
			p(interface.dropFlowTraffic(f["ntopng.key"], f.hash_entry_id))
			p(interface.findFlowByTuple("192.168.1.10", "203.0.113.5", 0, 40002, 80, 6).flow_verdict)`, "true;2;"},
		{"host", `p(interface.dropHostTraffic("192.168.1.20"), interface.dropHostTraffic("192.168.1.99"), interface.dropHostTraffic({})) ` + verdicts, "1 0 nil;53=2;80=2;80=2;"},
	} {
		w.check(c.name, c.code, c.want)
	}
	w.check("no administrator", `p(interface.dropHostTraffic("203.0.113.5"), interface.dropFlowTraffic(1, 2), interface.dropMultipleFlowsTraffic({}))`, "nil nil nil;", narrowUser)
}

func TestHostTrafficPolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	policy := `p(interface.updateHostTrafficPolicy("203.0.113.5"), interface.findFlowByTuple("192.168.1.10", "203.0.113.5", 0, 40002, 80, 6).flow_verdict)`
	w.check("no policy", policy, "true 0;")
	w.check("drop", `ntop.setHashCache("ntopng.prefs.drop_host_traffic", "203.0.113.5", "true") `+policy, "true 2;")
	w.check("unknown", `p(interface.updateHostTrafficPolicy("192.168.1.99"), interface.updateHostTrafficPolicy({}))`, "false nil;")
}

func TestInterfaceSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	for _, c := range []struct{ name, code, want string }{
		{"no DHCP range", `p(interface.getHostInfo("192.168.1.10").dhcpHost)`, "false;"},
		{"DHCP range", `ntop.setCache("ntopng.prefs.ifid_0.dhcp_ranges", "10.0.0.1-10.0.0.9,bad,192.168.1.5-192.168.1.15")
			interface.reloadDhcpRanges() p(interface.getHostInfo("192.168.1.10").dhcpHost, interface.getHostInfo("192.168.1.20").dhcpHost)`, "true false;"},
		{"scaling factor", `ntop.setCache("ntopng.prefs.iface_0.scaling_factor", "4") interface.loadScalingFactorPrefs() p(interface.getStats().scalingFactor)`, "4;"},
		{"idle", `interface.setInterfaceIdleState(true) local a = interface.isIdle() interface.setInterfaceIdleState(false) p(a, interface.isIdle())`, "true false;"},
		{"idle, wrong", `interface.setInterfaceIdleState("x") p(interface.isIdle())`, "false;"},
		{"reloads", `p(interface.reloadGwMacs(), interface.updateTrafficMirrored(), interface.updateLbdIdentifier(), interface.updateSmartRecording(1))`, "nil nil nil nil;"},
	} {
		w.check(c.name, c.code, c.want)
	}
	w.check("no administrator", `interface.setInterfaceIdleState(true) p(interface.isIdle())`, "false;", narrowUser)
}
