package bindings

import "testing"

func TestUserBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	if err := w.env.Users.SetDefaults(); err != nil {
		t.Fatal(err)
	}
	w.check("added", `p(ntop.addUser("eve", "Eve", "secret", "unprivileged", "10.0.0.0/8", "", nil, "it", true, false, true, "1,2"), ntop.addUser("eve", "Eve", "secret", "unprivileged", "", ""),
ntop.addUser("", "", "", "", "", ""))`, "true false false;")
	w.check("listed", `local u = ntop.getUsers() p(u.eve.full_name, u.eve.group, u.eve.language, u.eve.allowed_nets, u.eve.allow_pcap_download, u.eve.allow_historical_flows, u.eve.allow_alerts, u.admin.group)`,
		"Eve unprivileged it 10.0.0.0/8 true nil true administrator;")
	w.check("changed", `p(ntop.changeUserRole("eve", "administrator"), ntop.changeAllowedNets("eve", "192.168.0.0/16"), ntop.changeAllowedIfname("eve", "zmq:__x"), ntop.changeUserHostPool("eve", "5"),
ntop.changeAllowedHostPools("eve", "7"), ntop.changeUserFullName("eve", "Eva"), ntop.changeUserLanguage("eve", "de"), ntop.changePcapDownloadPermission("eve", false), ntop.changeHistoricalFlowPermission("eve", true),
ntop.changeAlertsPermission("eve", false)) local u = ntop.getUsers().eve
p(u.full_name, u.group, u.language, u.allowed_nets, u.allowed_ifname, u.host_pool_id, u.allowed_host_pools, u.allow_pcap_download, u.allow_historical_flows, u.allow_alerts)`,
		"true true true true true true true true true true;Eva administrator de 192.168.0.0/16 zmq://x 5 7 nil true nil;")
	w.check("tokens and sessions", `local t = ntop.createUserAPIToken("eve") p(#t, ntop.getUserAPIToken("eve") == t, #ntop.createUserSession("eve"), #ntop.createUserSession("eve", 60), ntop.createUserSession("nobody"), ntop.getUserAPIToken("nobody"))`,
		"32 true 32 32 nil nil;")
	w.check("passwords", `p(ntop.resetUserPassword("admin", "eve", "", "fresh"), ntop.resetUserPassword("admin", "eve", "wrong", "x"), ntop.resetUserPassword("admin", "eve"))`, "true false false;")
	w.check("one's own", `p(ntop.resetUserPassword("eve", "eve", "fresh", "fresher"), ntop.resetUserPassword("eve", "eve", "", "x"), ntop.changeUserLanguage("eve", "fr"), #ntop.createUserAPIToken("eve"), ntop.getAllowedHostPools())`,
		"true false true 32 {7=true};", asUser("eve"))
	w.check("not by others", `local n = 0 for _ in pairs(ntop.getUsers()) do n = n + 1 end
p(n, ntop.addUser("x", "x", "x", "administrator", "", ""), ntop.deleteUser("eve"), ntop.changeUserRole("bob", "administrator"), ntop.changeAllowedNets("bob", ""), ntop.changeUserLanguage("eve", "fr"),
ntop.resetUserPassword("eve", "eve", "fresher", "x"), ntop.createUserSession("eve"), ntop.createUserAPIToken("eve"), ntop.getUserAPIToken("eve"), ntop.changeAllowedIfname("bob", ""), ntop.changePcapDownloadPermission("bob", true))`,
		"0 false false false false false false nil nil nil false false;", asUser("bob"))
	w.check("wrong arguments", `p(ntop.changeUserRole(nil, "x"), ntop.changeUserFullName("nobody", "x"), ntop.changeAllowedIfname(nil), ntop.changeAlertsPermission(nil, true), ntop.createUserSession(nil), ntop.createUserAPIToken({}), ntop.getUserAPIToken(nil),
ntop.deleteUser("nobody"), ntop.isLoginBlacklisted())`, "false false false false nil nil nil false false;")
	w.check("deleted", `p(ntop.deleteUser("eve"), ntop.deleteUser("eve"), ntop.getUsers().eve)`, "true false nil;")
}
