package bindings

import (
	"strings"
	"testing"

	"ntopgo/engine/network"
)

func TestMacBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	for _, c := range []struct{ name, code, want string }{
		{"active", `local a = interface.getActiveMacs() local m = {} for _, x in ipairs(a.macs) do m[x.mac] = x["packets.sent"] + x["packets.rcvd"] end p(a.numMacs, a.nextSlot) p(m)`,
			"3 0;{" + upper(clientMAC) + "=14 " + upper(serverMAC) + "=6 " + upper(routerMAC) + "=8};"},
		{"sorted and paged", `local function macs(...) local out = {} for i, m in ipairs(interface.getMacsInfo(...).macs) do out[i] = m.mac end return out end
p(macs("column_mac", 2, 0, true)) p(macs("column_mac", 2, 1, false)) p(macs("column_mac", 2, 9, true))`,
			"{1=" + upper(clientMAC) + " 2=" + upper(serverMAC) + "};{1=" + upper(serverMAC) + " 2=" + upper(clientMAC) + "};{};"},
		{"hosts behind one", `local n = {} for ip, h in pairs(interface.getMacHosts("` + routerMAC + `")) do n[ip] = h.mac end p(n, interface.getMacHosts("02:00:09:09:09:09"), interface.getMacHosts("x"))`,
			"{203.0.113.5=" + upper(routerMAC) + " 8.8.8.8=" + upper(routerMAC) + "} {} {};"},
		{"one by one", `p(interface.isMacActive("` + clientMAC + `"), interface.isMacActive("02:00:09:00:00:0a"), interface.isMacActive("x"))
p(interface.isMulticastMac("01:00:5e:00:00:01"), interface.isMulticastMac("FF:FF:FF:FF:FF:FF"), interface.isMulticastMac("` + clientMAC + `"), interface.isMulticastMac("x"))`,
			"true false false;true true false false;"},
		{"found", `p(interface.findHostByMac("` + routerMAC + `"))`, "{203.0.113.5=www.example.com 8.8.8.8=};"},
		{"details", `local m = interface.getMacInfo("` + clientMAC + `") p(m.fingerprint == "", m.dhcp_fingerprint, m["dhcp.sent"], m["dhcp.rcvd"], m["packets.sent"], m["packets.rcvd"])`,
			"true nil 0 0 9 5;"},
	} {
		w.check(c.name, c.code, c.want)
	}
	later := newWorld(t, 2026)
	later.check("details of 2026", `local m = interface.getMacInfo("`+clientMAC+`") p(m.fingerprint, m["dhcp.sent"])`, "nil 0;")
}

// TestOrderOfEqualFlows: flows that a column leaves equal come in the order of the
// original's hash table of 32768 slots, or from its end.
func TestOrderOfEqualFlows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("slots", `local function slots(up) local out = {}
for i, f in ipairs(interface.getFlowsInfo(nil, {sortColumn = "column_vlan", a2zSortOrder = up}).flows) do out[i] = tonumber(f["ntopng.key"]) % 32768 end return out end
local up, down = slots(true), slots(false)
p(#up, #down) for i = 2, #up do p(up[i - 1] <= up[i], up[i] == down[#down + 1 - i]) end`, "3 3;true true;true true;")
}

func TestHostListings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	const names = `local function names(t) local out = {} for k, h in pairs(t.hosts) do out[#out + 1] = k assert(h.ip == k) end table.sort(out) return out end
`
	for _, c := range []struct{ name, code, want string }{
		{"local", `p(names(interface.getLocalHostsInfo()), names(interface.getBatchedLocalHostsInfo(0)))`,
			"{1=192.168.1.10 2=192.168.1.20} {1=192.168.1.10 2=192.168.1.20};"},
		{"remote", `p(names(interface.getRemoteHostsInfo()), names(interface.getPublicHostsInfo()), names(interface.getBatchedRemoteHostsInfo(0)))`,
			"{1=203.0.113.5 2=8.8.8.8} {1=203.0.113.5 2=8.8.8.8} {1=203.0.113.5 2=8.8.8.8};"},
		{"in batches", `local seen, slot, rounds = {}, 0, 0 repeat local b = interface.getBatchedHostsInfo(slot, true, 3) for k in pairs(b.hosts) do assert(not seen[k]) seen[k] = true end slot, rounds = b.nextSlot, rounds + 1 until slot == 0
p(seen, rounds) p(interface.getBatchedHostsInfo(4), interface.getBatchedHostsInfo(-9, true, -1).numHosts, interface.getBatchedHostsInfo(0, true, math.maxinteger).numHosts)`,
			"{192.168.1.10=true 192.168.1.20=true 203.0.113.5=true 8.8.8.8=true} 2;{hosts={} nextSlot=0 numHosts=4} 4 4;"},
		{"who only listens", `p(interface.getLocalHostsInfoNoTX().numHosts, interface.getRemoteHostsInfoNoTX().numHosts, interface.getLocalHostsInfoNoTXTCP().numHosts,
interface.getRemoteHostsInfoNoTXTCP().numHosts, interface.getBroadcastMulticastHostsInfo()) p(interface.getRxOnlyHostsList(true, true))`,
			"0 0 0 0 {hosts={} nextSlot=0 numHosts=0};{};"},
		{"counted", `p(interface.getNumFlows(), interface.getNumHosts(), interface.getNumLocalHosts(), interface.getNumLocalRxOnlyHosts())`, "3 4 2 0;"},
		{"active", `p(interface.isHostActive("192.168.1.10"), interface.isHostActive("192.168.1.10@0"), interface.isHostActive("192.168.1.99"), interface.isHostActive("192.168.1.10", 7), interface.isHostActive("x"))`,
			"true true false false false;"},
		{"network of an address", `p(interface.getIPNetworkId("192.168.1.77"), interface.getIPNetworkId("8.8.8.8"), interface.getIPNetworkId("x"))`, "0 -1 -1;"},
		{"applications of a host", `local d = interface.getnDPIHostStats("192.168.1.20").ndpi p(d.HTTP["bytes.sent"], d.HTTP["bytes.rcvd"], d.HTTP.num_flows, d.DNS, interface.getnDPIHostStats("192.168.1.99"))`,
			"174 280 1 nil {};"},
	} {
		w.check(c.name, names+c.code, c.want)
	}
	w.check("for whom only a remote network is", names+`p(names(interface.getRemoteHostsInfo()), names(interface.getLocalHostsInfo()), interface.isHostActive("192.168.1.10"), interface.isHostActive("203.0.113.5"))`,
		"{1=203.0.113.5} {} false true;", narrowUser)
}

func TestFlowListings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	for _, c := range []struct{ name, code, want string }{
		{"in batches", `local ports, slot, rounds = {}, 0, 0 repeat local b = interface.getBatchedFlowsInfo(slot, {maxHits = 2}) for _, f in ipairs(b.flows) do ports[f["cli.port"]] = f["srv.port"] end slot, rounds = b.nextSlot, rounds + 1 until slot == 0 or rounds > 9
p(ports, rounds < 9)`, "{40000=53 40001=80 40002=80} true;"},
		{"key of a tuple", `local f = interface.findFlowByTuple("192.168.1.10", "203.0.113.5", 0, 40002, 80, 6)
p(f["ntopng.key"] == interface.getFlowKey("192.168.1.10", 40002, "203.0.113.5", 80, 6), interface.getFlowKey("x", 1, "y", 2, 6))`, "true nil;"},
		{"by application", `p(interface.getFlowsStats()) p(interface.getnDPIFlowsCount())`,
			"{breeds={Acceptable=1084} num_flows=3 protos={DNS=181 HTTP=903}};{DNS=1 HTTP=2};"},
		{"TCP by state", `p(interface.getFlowsStatus())`, "{Established=2 FIN=0 RST=0 SYN=0};"},
		{"applications", `local s = interface.getnDPIStats() p(s.ndpi.HTTP["packets.sent"], s.ndpi.HTTP["packets.rcvd"], s.ndpi.DNS["bytes.sent"], s.ndpi_categories.Web.bytes)`, "8 4 75 903;"},
		{"throughput of a file", `p(interface.getThroughput())`, "{throughput_bps=0.0 throughput_pps=0.0};"},
		{"score, anomalies", `p(interface.getScore(), interface.getAnomalies())`, "{score_as_cli=0 score_as_srv=0} {anomalies={num_local_hosts_anomalies=0 num_remote_hosts_anomalies=0}};"},
		{"no VLANs", `p(interface.getVLANInfo(0), interface.getVLANsInfo(), interface.getVLANsList(), interface.hasVLANs())`, "nil {VLANs={} numVLANs=0} nil false;"},
		{"of a network", `network.select(0) local n = network.getNetworkStats() p(n.network_key, n.num_hosts, n.ingress, n.egress, n.inner) network.select(9) p(network.getNetworkStats())`,
			"192.168.1.0/24 2 280 350 454;nil;"},
	} {
		w.check(c.name, c.code, c.want)
	}
}

func TestInterfaceIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	for _, c := range []struct{ name, code, want string }{
		{"names", `p(interface.getName(), interface.getId(), interface.name2id("test.pcap"), interface.name2id("__system__"), interface.getMasterInterfaceId(), interface.getIfMac() == "", interface.getEndpoint(1), interface.getMaxIfSpeed(0))`,
			"test.pcap 0 0 -1 0 true nil 1000;"},
		{"what it is", `p(interface.isPacketInterface(), interface.isPcapDumpInterface(), interface.isRunning(), interface.isIdle())`, "true true false false;"},
		{"what it is not", `for _, n in ipairs({"hasEBPF", "hasExternalAlerts", "isBridgeInterface", "isDatabaseViewInterface", "isDiscoverableInterface", "isLoopback",
  "isSampledTraffic", "isSubInterface", "isSyslogInterface", "isView", "isViewed", "isZMQInterface"}) do if interface[n]() ~= false then p(n) end end p(interface.viewedBy())`, "nil;"},
		{"times", `p(interface.getSecsToFirstData() > 55, interface.getStatsUpdateFreq(0) > 0)`, "true true;"},
		{"what is done by itself", `p(interface.getPeriodicActivitiesStats(), (interface.setPeriodicActivityProgress(50)), (interface.updateDirectionStats()), (interface.resetBroadcastDomains()))`, "{} nil nil nil;"},
		{"counters set back", `interface.resetCounters() p(interface.getStats().stats_since_reset.packets, interface.getStats().stats.packets)`, "0 14;"},
	} {
		w.check(c.name, c.code, c.want)
	}
	w.check("of the system", `interface.select("-1") p(interface.getName(), interface.isPacketInterface(), interface.getNumHosts(), interface.getMaxIfSpeed(0), interface.getFlowsStatus())`,
		"__system__ false 0 nil {Established=0 FIN=0 RST=0 SYN=0};")
	var told []int
	w.check("progress of a periodic script", `interface.setPeriodicActivityProgress(50) interface.setPeriodicActivityProgress("x")`, "",
		func(c *Context) { c.SetProgress = func(percent int) { told = append(told, percent) } })
	if len(told) == 0 || told[0] != 50 {
		t.Errorf("progress %v", told)
	}
}

func TestProtocolNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	for _, c := range []struct{ name, code, want string }{
		{"categories", `local c = interface.getnDPICategories() p(c.Web, c.Network, interface.getnDPICategoryName(5), interface.getnDPICategoryName("14"), interface.getnDPICategoryName(9999), interface.getnDPICategoryName(-1))`,
			"5 14 Web Network Invalid category 9999 Invalid category -1;"},
		{"protocols", `local a = interface.getnDPIProtocols() p(a.HTTP, a.DNS, interface.getnDPIProtocols(14).DNS, interface.getnDPIProtocols(14).HTTP)`, "7 5 5 nil;"},
		{"names", `p(interface.getnDPIProtoName(7), interface.getnDPIProtoName(99999), interface.getnDPIFullProtoName(91, 119), interface.getnDPIFullProtoName(0, 7), interface.getnDPIProtoBreed(7))`,
			"HTTP Unknown TLS.Facebook HTTP Acceptable;"},
	} {
		w.check(c.name, c.code, c.want)
	}
}

// What cannot be done here, or is built later, answers with nothing.
func TestAbsentBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	w.everyName()
	for _, b := range All() {
		if b.Fn == nil || b.Status != Unavailable && b.Status != Later {
			continue
		}
		if got := w.run("p((" + b.Key() + "()))"); got != "nil;" && got != "false;" && got != "{};" {
			t.Errorf("%s, %s: answers %s", b.Key(), b.Status, got)
		}
	}
	w.check("settings for which there is no traffic", `p(ntop.setIEC104AllowedTypeIDs("1,2"), ntop.setModbusAllowedFunctionCodes("1,2"), (ntop.reloadDeviceProtocols(1)), (ntop.reloadServersConfiguration()))`,
		"true true nil nil;")
}

func TestNamesOfNetworksAndFolders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	nets, err := network.Parse("192.168.1.0/24=lan,10.0.0.0/8", nil)
	if err != nil {
		t.Fatal(err)
	}
	w.env.Nets, w.env.Layout.ScriptsDir = nets, "/tree/scripts"
	w.check("alias", `p(ntop.getLocalNetworkAlias("192.168.1.0/24"), ntop.getLocalNetworkAlias("10.0.0.0/8"), ntop.getCurrentScriptsDir())`, "lan nil /tree/scripts;")
}

// upper is a MAC address as the tables write it.
func upper(mac string) string { return strings.ToUpper(mac) }
