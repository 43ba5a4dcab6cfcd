package bindings

import "testing"

const webFlow = `interface.findFlowByTuple("192.168.1.10", "203.0.113.5", 0, 40002, 80, 6)`

func TestACL(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	for _, c := range []struct{ name, code, want string }{
		{"nothing", `p(interface.getACLInfo(), ` + webFlow + `["verdict.pass"], ` + webFlow + `.flow_verdict)`, "{ip={} mac={}} nil 0;"},
		{"a rule", `p(interface.insertIPACL(6, "192.168.1.0/24", "203.0.113.5", "80", 7, false), interface.getACLInfo().ip[1])
			p(` + webFlow + `["verdict.pass"], ` + webFlow + `.flow_verdict)`,
			"true {allowed=false dst=203.0.113.5/32 l4_proto=6 l7_proto=7 port=80 src=192.168.1.0/24};false 2;"},
		{"a narrower one", `p(interface.insertIPACL(6, "192.168.1.10", "203.0.113.5", "80-81", 7, true), ` + webFlow + `["verdict.pass"], interface.getACLInfo().ip[1].port)`, "true nil 80-81;"},
		{"removed", `p(interface.removeIPACL(6, "192.168.1.10", "203.0.113.5", "80-81", 7), ` + webFlow + `["verdict.pass"],
			interface.removeIPACL(6, "192.168.1.0/24", "203.0.113.5", "80", 7), interface.removeIPACL(6, "192.168.1.0/24", "203.0.113.5", "80", 7))`, "true false true false;"},
		{"everybody", `p(interface.insertIPACL(0, "", "*", nil, nil, false), ` + webFlow + `["verdict.pass"], interface.getACLInfo().ip[1].port, interface.removeIPACL(0, "", ""))`, "true false  true;"},
		{"wrong rules", `p(interface.insertIPACL(6, "x", "", "", 0, true), interface.insertIPACL(6, "", "", "http", 0, true), interface.insertIPACL(999, "", "", "", 0, true))
			p(interface.insertIPACL("x", "", "", "", 0, true), interface.insertIPACL(6, 1, "", "", 0, true), interface.insertIPACL(6, "", "", "", 0), interface.removeIPACL())`,
			"false false false;nil nil nil nil;"},
		{"cards", `p(interface.insertMacACL("` + clientMAC + `", false), ` + webFlow + `["verdict.pass"], interface.getACLInfo().mac[1])
			p(interface.insertMacACL("` + clientMAC + `"), ` + webFlow + `["verdict.pass"], interface.removeMacACL("` + clientMAC + `"), interface.removeMacACL("` + clientMAC + `"))
			p(interface.insertMacACL("x"), interface.insertMacACL(5), interface.removeMacACL({}))`,
			"true false {allowed=false mac=02:00:01:00:00:0A};true nil true false;false nil nil;"},
	} {
		w.check(c.name, c.code, c.want)
	}
	w.check("not by everybody", `p(interface.insertIPACL(0, "", "", "", 0, false), interface.insertMacACL("`+clientMAC+`"))`, "false false;", asUser("bob"))
}

// withPolicies is a world whose pool 2 has the client, its policies, and the
// traffic that they are about.
func withPolicies(t *testing.T, fields ...string) *world {
	t.Helper()
	w := newWorld(t, 2024, func(s *setup) {
		s.members = [][2]string{{"ntopng.prefs.host_pools.pool_ids", "2"}, {"ntopng.prefs.host_pools.members.2", clientIP}}
	})
	for i := 0; i < len(fields); i += 3 {
		if err := w.env.KV.HSet(fields[i], fields[i+1], fields[i+2]); err != nil {
			t.Fatal(err)
		}
	}
	w.run("interface.reloadL7Rules(2)")
	return w
}

func TestPoliciesOfPools(t *testing.T) {
	t.Parallel()
	const policies, shapers = "ntopng.prefs.0.l7_policies.2", "ntopng.prefs.0.shapers"
	verdict := `local f = ` + webFlow + ` p(f["verdict.pass"], f.flow_verdict, f["shaper.cli2srv_egress"], f["cli.quota_source"])`
	for _, c := range []struct {
		name   string
		fields []string
		want   string
	}{
		{"none", nil, "nil 0 nil nil;"},
		{"protocol dropped", []string{policies, "7", "1"}, "false 2 1 policy_source_default;"},
		{"category dropped", []string{policies, "cat_5", "1"}, "false 2 1 policy_source_default;"},
		{"pool dropped", []string{policies, "default", "1"}, "false 2 1 policy_source_default;"},
		{"pool dropped, protocol not", []string{policies, "default", "1", policies, "7", "0"}, "nil 0 0 policy_source_default;"},
		{"pool's own shaper", []string{"ntopng.prefs.host_pools.details.2", "pool_shaper_id", "5"}, "nil 0 5 policy_source_default;"},
		{"shaper without rate", []string{policies, "7", "5", shapers, "5", "0"}, "false 2 5 policy_source_default;"},
		{"slow shaper", []string{policies, "7", "5", shapers, "5", "128"}, "nil 0 5 policy_source_default;"},
		{"quota of bytes", []string{policies, "7", "0,100"}, "false 2 0 policy_source_protocol;"},
		{"quota that is left", []string{policies, "7", "0,1000000"}, "nil 0 0 policy_source_default;"},
		{"quota of time", []string{policies, "7", "0,0,1"}, "false 2 0 policy_source_protocol;"},
		{"quota of the pool", []string{policies, "default", "0,100"}, "false 2 0 policy_source_pool;"},
		{"quota of the category", []string{policies, "cat_5", "0,100"}, "false 2 0 policy_source_category;"},
		{"quota of each member", []string{policies, "7", "0,100", "ntopng.prefs.host_pools.details.2", "enforce_quotas_per_pool_member", "true"}, "false 2 0 policy_source_protocol;"},
		{"wrong", []string{policies, "7", "x", policies, "y", "1", policies, "cat_z", "1", policies, "8", "77", policies, "9", "1,2,3,4"}, "nil 0 0 policy_source_default;"},
	} {
		withPolicies(t, c.fields...).check(c.name, verdict, c.want)
	}
}

func TestPolicyBindings(t *testing.T) {
	t.Parallel()
	const policies = "ntopng.prefs.0.l7_policies.2"
	w := withPolicies(t, policies, "7", "3,100", policies, "default", "4")
	for _, c := range []struct{ name, code, want string }{
		{"policy", `p(interface.getl7PolicyInfo(2, 7, 0, true), interface.getl7PolicyInfo(2, 5, 0, false), interface.getl7PolicyInfo(0, 7, 0, true))`,
			"{policy_source=policy_source_protocol shaper_id=3} {policy_source=policy_source_pool shaper_id=4} {policy_source=policy_source_default shaper_id=0};"},
		{"policy, wrong", `p(interface.getl7PolicyInfo(), interface.getl7PolicyInfo(2, "x", 0, true), interface.getl7PolicyInfo(2, 7, 0, 1))`, "nil nil nil;"},
		{"marker", `local n = interface.getPolicyChangeMarker() interface.reloadL7Rules("x") local same = interface.getPolicyChangeMarker()
			interface.reloadShapers() interface.updateFlowsShapers("x") p(same - n, interface.getPolicyChangeMarker() - n)`, "0 2;"},
		{"quotas are reset", `local f = ` + webFlow + ` interface.resetPoolsQuotas(2) local g = ` + webFlow + `
			p(f["verdict.pass"], g["verdict.pass"], interface.getHostPoolStats(2)["2"]["bytes.sent"], interface.getHostPoolStats(2)["2"].cross_application.bytes)`, "false nil 0 0;"},
		{"quotas of hosts", `p(interface.getHostUsedQuotasStats("192.168.1.10"), interface.getHostUsedQuotasStats("192.168.1.99"), interface.getHostUsedQuotasStats(5))`, "{} nil nil;"},
		{"of all pools", `p(interface.resetPoolsQuotas(), interface.resetPoolsQuotas("x"))`, "nil nil;"},
	} {
		w.check(c.name, c.code, c.want)
	}
	member := withPolicies(t, policies, "7", "0,100", "ntopng.prefs.host_pools.details.2", "enforce_quotas_per_pool_member", "true")
	member.check("of a member", `local q, h = interface.getHostUsedQuotasStats("192.168.1.10", 0), interface.getHostInfo("192.168.1.10")
		p(q.ndpi.HTTP.bytes == h.ndpi.HTTP["bytes.sent"] + h.ndpi.HTTP["bytes.rcvd"], q.cross_application.bytes == h["bytes.sent"] + h["bytes.rcvd"], q.ndpi_categories.Web ~= nil)
		interface.resetPoolsQuotas(2) local r = interface.getHostUsedQuotasStats("192.168.1.10") p(r.ndpi.HTTP, r.cross_application.bytes, `+webFlow+`["verdict.pass"])`,
		"true true true;{bytes=0 duration=0} 0 nil;")
	w.check("not by everybody", `local n = interface.getPolicyChangeMarker() interface.reloadShapers() p(interface.getPolicyChangeMarker() - n)`, "0;", asUser("bob"))
	w.check("the system has none", `p(interface.getPolicyChangeMarker(), interface.getl7PolicyInfo(2, 7, 0, true), interface.getACLInfo())`, "nil nil {ip={} mac={}};",
		func(c *Context) { c.Select(SystemID) })
}

func TestMacEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	w.check("events", `interface.appendMacEvent("`+clientMAC+`", "login") interface.appendMacEvent("`+clientMAC+`", "logout") local e = interface.getMacInfo("`+clientMAC+`").events
		p(#e, e[1].event, e[2].event, e[1].epoch > 0)`, "2 login logout true;")
	w.check("the last ones", `for i = 1, 40 do interface.appendMacEvent("`+clientMAC+`", "e" .. i) end local e = interface.getMacInfo("`+clientMAC+`").events p(#e, e[32].event)`, "32 e40;")
	w.check("wrong", `p(interface.appendMacEvent("x", "y"), interface.appendMacEvent(1, 2), interface.appendMacEvent("02:00:00:00:00:99", "y"), interface.getMacInfo("`+serverMAC+`").events)`, "nil nil nil nil;")
	w.check("pool", `ntop.setMembersCache("ntopng.prefs.host_pools.pool_ids", "3") ntop.setMembersCache("ntopng.prefs.host_pools.members.3", "`+serverMAC+`") ntop.reloadHostPools()
		p(interface.getMacInfo("`+serverMAC+`").pool, interface.getMacInfo("`+clientMAC+`").pool)`, "3 0;")
}

func TestSimilarities(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("rows", `p(ntop.addBin("a", {1, 2, 1}), ntop.addBin("b", 2), ntop.addBin("b", 2, 2), ntop.addBin("b", 2), ntop.addBin("c", {0, 0, 5}))
		local s = ntop.findSimilarities("a") p(#s, s[1].name, s[1].distance, s[2].name, s[2].distance > 0.5)`, "true true true true true;2 b 0.0 c true;")
	w.check("wrong", `p(ntop.addBin(1, 2), ntop.addBin("a", "x"), ntop.addBin("a", -1), ntop.addBin("a", {}), ntop.addBin("a", {"x"}), ntop.findSimilarities(1), ntop.findSimilarities("none"))`,
		"nil nil false false false nil nil;")
}
