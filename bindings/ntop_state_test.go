package bindings

import (
	"testing"
	"time"
)

func TestStateBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	w.check("class of a station", `local m = "02:00:01:00:00:0a"
local before = interface.getMacInfo(m).devtype ntop.setMacDeviceType(m, 5, false) local found = interface.getMacInfo(m).devtype
ntop.setMacDeviceType(m, 6, false) local kept = interface.getMacInfo(m).devtype
ntop.setMacDeviceType(m, 7, true) p(before, found, kept, interface.getMacInfo(m).devtype)`, "0 5 5 7;")
	w.check("no class", `ntop.setMacDeviceType("x", 1, true) ntop.setMacDeviceType("02:00:01:00:00:0a", "y", true) ntop.setMacDeviceType("02:00:01:00:00:0a", 3)
p(interface.getMacInfo("02:00:01:00:00:0a").devtype)`, "7;")
	w.check("a local network", `p(ntop.isLocalAddress("198.51.100.9")) ntop.addLocalNetwork("198.51.100.0/24=lab") ntop.addLocalNetwork("nonsense") ntop.addLocalNetwork(nil)
p(ntop.isLocalAddress("198.51.100.9"), ntop.getNetworkNameById(ntop.getNetworkIdByName("198.51.100.0/24")), interface.getNetworksStats()["198.51.100.0/24"].num_hosts)`,
		"false;true 198.51.100.0/24 0;")
	w.check("not by everybody", `ntop.addLocalNetwork("203.0.113.0/24") p(ntop.isLocalAddress("203.0.113.9"))`, "false;", asUser("bob"))
	w.check("policies", `p(ntop.checkNetworkPolicy("10.0.0.0/8, 192.168.0.1", "10.1.0.0/16", "172.16.0.0/12"), ntop.checkNetworkPolicy("10.0.0.0/8", "10.0.0.0/8", ""),
ntop.checkNetworkPolicy("x", "", ""), ntop.checkNetworkPolicy("10.0.0.0/8"))`,
		"{error=false error_msg=} {error=true error_msg=Overlapping address error 10.0.0.0/8} {error=true error_msg=Invalid address x} nil;")
	var given string
	w.env.OverrideInterface = func(name string) { given = name }
	w.check("interfaces of the command line", `p(ntop.overrideInterface("eth9"), ntop.overrideInterface(nil))`, "nil nil;", func(c *Context) { c.Privileged = true })
	if given != "eth9" {
		t.Errorf("override: %q", given)
	}
	w.check("InfluxDB", `p(ntop.getInfluxDBInternalDBName(), ntop.isInfluxDBInternalAvailable()) ntop.setInfluxDBInternalDBName("mine") ntop.setInfluxDBInternalAvailable(false)
ntop.setInfluxDBInternalDBName(nil) ntop.setInfluxDBInternalAvailable("x") p(ntop.getInfluxDBInternalDBName(), ntop.isInfluxDBInternalAvailable())`,
		"_internal true;mine false;")
	w.check("assets", `local a = ntop.assetsEnabled() ntop.enableAssetsLog(1) local b = ntop.assetsEnabled() ntop.enableAssetsLog("x") p(a, b, ntop.assetsEnabled()) ntop.enableAssetsLog(0) p(ntop.assetsEnabled())`,
		"false true true;false;")
	w.check("privileges, sites", `p(ntop.gainWriteCapabilities() == ntop.dropWriteCapabilities(), ntop.refreshNetworkSiteId(0), ntop.refreshNetworkSiteId("x"), ntop.allocMem(10))`, "true true false nil;")
	w.check("offline", `local a = ntop.isOffline() ntop.setOffline() local b, r = ntop.isOffline(), ntop.resolveHost("localhost", true) ntop.setOnline("x") p(a, b, r, ntop.isOffline(), ntop.isForcedOffline())`,
		"false true nil false false;")
	w.check("IPS rules", `p(ntop.timeToRefreshIPSRules(), ntop.askToRefreshIPSRules(), ntop.timeToRefreshIPSRules("x"), ntop.timeToRefreshIPSRules())`, "false true true false;")
}

func TestPoolsLock(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("held once", `p(ntop.poolsLock(1), ntop.poolsLock(0), ntop.poolsUnlock(), ntop.poolsUnlock(), ntop.poolsLock(0), ntop.poolsLock("x"), ntop.poolsLock(-1))`,
		"true false true true true nil false;")
	go func() {
		time.Sleep(20 * time.Millisecond)
		<-w.env.state.poolsToken()
	}()
	w.check("waited for", `p(ntop.poolsLock(10), ntop.poolsUnlock())`, "true true;")
}

// Names of paid editions are not in a community VM; these are tried in one that
// has every name.
func TestPaidNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.everyName()
	w.check("routing mode", `p(ntop.isRoutingMode()) ntop.setRoutingMode(true) p(ntop.isRoutingMode()) ntop.setRoutingMode() p(ntop.isRoutingMode())`, "false;true;false;")
	w.run(`ntop.addLanInterface("eth0") ntop.addLanInterface("eth1") ntop.addLanInterface(nil) ntop.addWanInterface("eth2") ntop.addWanInterface({})
ntop.setHTTPBindAddr("127.0.0.1", "192.0.2.1", "192.0.2.2") ntop.setHTTPSBindAddr("192.0.2.3") ntop.setHTTPSBindAddr()`)
	if s := &w.env.state; len(s.lan) != 2 || len(s.wan) != 1 || len(s.bind["http"]) != 2 || s.bind["https"][0] != "192.0.2.3" {
		t.Errorf("lan %v wan %v bind %v", s.lan, s.wan, s.bind)
	}
	w.check("filters", `p(ntop.checkFilterSyntax("tcp port 80"), ntop.checkFilterSyntax("no filter ("), ntop.checkFilterSyntax(nil), ntop.checkSubInterfaceSyntax("net 10.0.0.0/8"), ntop.checkSubInterfaceSyntax("x y"))`,
		"true false true true false;")
	w.check("licence and service", `p(ntop.checkLicense(), ntop.checkLicense("x"), ntop.serviceRestart())`, "1 1 false;")
	w.check("not by everybody", `p(ntop.serviceRestart())`, "nil;", asUser("bob"))
	w.check("answers of a community edition", `p(ntop.reloadNetworksPolicyConfiguration(), ntop.activateSnmpInterfaceRoles(),
ntop.snmpSetInterfaceRole("10.0.0.1", 1, 2), ntop.selfCheck(), ntop.refreshDeviceProtocolsPoliciesConf())`, "nil nil nil nil nil;")
}
