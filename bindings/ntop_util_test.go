package bindings

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"ntopgo/engine/recipients"
)

func TestUtilityBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	w.check("bits", `p(ntop.bitmapSet(0, 3), ntop.bitmapClear(15, 0), ntop.bitmapIsSet(8, 3), ntop.bitmapIsSet(8, 2), ntop.bitmapSet(0, 64), ntop.bitmapIsSet("x", 1), ntop.bitmapClear(1, -1))`,
		"8 14 true false 0 false 1;")
	w.check("severities", `p(ntop.mapScoreToSeverity(0), ntop.mapScoreToSeverity(9), ntop.mapScoreToSeverity(10), ntop.mapScoreToSeverity(120), ntop.mapScoreToSeverity(999), ntop.mapScoreToSeverity("x"),
ntop.mapSeverityToScore(0), ntop.mapSeverityToScore(3), ntop.mapSeverityToScore(5), ntop.mapSeverityToScore(7), ntop.mapSeverityToScore(8), ntop.mapSeverityToScore(9), ntop.mapSeverityToScore(nil))`,
		"0 2 3 5 8 0 1 10 100 250 250 150 1;")
	w.check("sums and versions", `p(ntop.md5("ntopng"), ntop.getTLSVersionName(0x0303), ntop.getTLSVersionName(0x0300), ntop.getTLSVersionName(7), ntop.getTLSVersionName("x"), #ntop.md5(nil))`,
		"59bb0d2ae65b1cbf28f33b19d9d36e35 TLSv1.2 SSLv3 Unknown (0007) Unknown (0000) 32;")
	w.check("parameters", `p(ntop.httpPurifyParam('a<b>"c'), ntop.httpPurifyParam("it's; x|y"), ntop.httpPurifyParam("../x"), ntop.httpPurifyParam("../x", false, true, true), ntop.httpPurifyParam("http://x"),
ntop.httpPurifyParam("http://x", false, false), ntop.httpPurifyParam("a b/c", true), ntop.httpPurifyParam("x<script>", true), ntop.httpPurifyParam("città"), ntop.httpPurifyParam("à<"), ntop.httpPurifyParam(nil))`,
		"a_b__c it's; x|y __/x ../x http://x http:__x a_b_c  città à< nil;")
	w.check("addresses", `p(ntop.ipCmp("10.0.0.1", "10.0.0.2"), ntop.ipCmp("10.0.0.2", "10.0.0.1"), ntop.ipCmp("::1", "::1"), ntop.ipToNumber("1.2.3.4"), ntop.inet_ntoa(16909060), ntop.inet_ntoa("16909060"),
ntop.networkPrefix("10.1.2.3", 8), ntop.isIPv6("::1"), ntop.isIPv6("10.0.0.1"))`, "-1 1 0 16909060 1.2.3.4 1.2.3.4 10.0.0.0 true false;")
	w.check("cards", `p(ntop.getMac64("02:00:00:00:00:01"), ntop.decodeMac64(ntop.getMac64("02:00:01:00:00:0a")), ntop.getMac64(nil), ntop.decodeMac64("x"))`,
		"2199023255553 02:00:01:00:00:0A 0 00:00:00:00:00:00;")
	w.check("services", `p(ntop.getservbyport(80, "tcp"), ntop.getservbyport(1, "none"), ntop.getservbyport("x"))`, "http 1 0;")
	w.check("networks", `p(ntop.getNetworks(), ntop.getAddressNetwork("192.168.1.7"), ntop.getAddressNetwork("8.8.8.8"), ntop.getLocalNetworkID("192.168.1.0/24"), ntop.getLocalNetworkAlias("0"), ntop.isLocalInterfaceAddress("192.168.1.7"))`,
		"{192.168.1.0/24=0} 0 -1 0 nil false;")
	w.check("what a user may see", `p(ntop.isAllowedNetwork("203.0.113.5"), ntop.isAllowedNetwork("192.168.1.0/24@7"), ntop.isAllowedInterface(0), ntop.isAllowedInterface(99), ntop.getAllowedNetworks(), ntop.isAdministrator(), ntop.isPcapDownloadAllowed())`,
		"true false true false 203.0.113.0/24 false false;", narrowUser)
	w.check("wrong arguments", `p(ntop.ipCmp("x", "y") < 0, ntop.ipToNumber("::1"), ntop.inet_ntoa({}), ntop.networkPrefix("x", 8), ntop.networkPrefix("10.0.0.1", 99), ntop.isIPv6(nil), ntop.getAddressNetwork(nil), ntop.getLocalNetworkID(nil),
ntop.getLocalNetworkAlias(nil), ntop.isLocalInterfaceAddress("x"))`, "true 0  x 10.0.0.1 false -1 -1 nil false;")
	w.check("names", `ntop.setResolvedAddress("203.0.113.5", "www.example.com") ntop.setResolvedAddress() p(ntop.getResolvedName("203.0.113.5"), ntop.resolveName("203.0.113.5@9"), ntop.resolveName("1.2.3.4"), ntop.shouldResolveHost("192.168.1.7"),
ntop.shouldResolveHost("8.8.8.8"), ntop.getResolvedName(nil))`, "www.example.com www.example.com 1.2.3.4 true false ;")
	w.check("this machine", `local h = ntop.getHostInformation() p(h.ip ~= nil, #h.instance_name > 0, ntop.listInterfaces().lo.ipv4)`, "true true 127.0.0.1;")
	w.check("risks", `p(ntop.getRiskStr(1), #ntop.getRiskList() > 50, ntop.getFlowRiskAlerts().ndpi_url_possible_xss.alert_id, ntop.getFlowAlertRisk(39), ntop.getFlowAlertRisk(-1), ntop.getFlowAlertRisk("x"))`,
		"XSS Attack true 39 1 0 0;")
	w.check("commands", `p(ntop.execCmd("echo hello"), ntop.execCmd("exit 3"))`, "hello\n nil;")
	w.check("not by everybody", `p(ntop.execCmd("echo hello"))`, "nil;", asUser("bob"))
}

func TestFileBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	dir := w.env.Layout.DataDir
	for name, text := range map[string]string{"f.txt": "hello", "empty": "", "sub/f.txt": "x"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := `local d = ntop.getDirs().workingdir `
	w.check("what is there", d+`p(ntop.exists(d .. "/f.txt"), ntop.exists(d .. "/none"), ntop.isdir(d .. "/sub"), ntop.isdir(d .. "/f.txt"), ntop.notEmptyFile(d .. "/f.txt"), ntop.notEmptyFile(d .. "/empty"),
ntop.fileLastChange(d .. "/f.txt") > 1700000000, ntop.fileLastChange(d .. "/none"), ntop.readdir(d .. "/sub"), ntop.readdir(d .. "/none"))`, "true false true false true false true -1 {f.txt=f.txt} {};")
	w.check("found", d+`local n = 0 for path in pairs(ntop.getAllPaths(d, "f.txt")) do n = n + 1 end p(n, ntop.getAllPaths(d, "none"))`, "2 {};")
	w.check("made and removed", d+`p(ntop.mkdir(d .. "/new/deep"), ntop.isdir(d .. "/new/deep"), ntop.rmdir(d .. "/new"), ntop.isdir(d .. "/new"), ntop.unlink(d .. "/empty"), ntop.exists(d .. "/empty"), ntop.unlink(d .. "/none"))`,
		"true true true false true false false;")
	w.check("kept", `p(ntop.rmdir("/etc"), ntop.unlink("/etc/hosts"), ntop.rmdir(nil), ntop.unlink(nil), ntop.unlink(""))`, "false false false false false;")
	w.run(d + `ntop.setDefaultFilePermissions(d .. "/f.txt") ntop.setDefaultFilePermissions(nil)`)
	if st, err := os.Stat(filepath.Join(dir, "f.txt")); err != nil || st.Mode().Perm() != 0o660 {
		t.Errorf("permissions %v %v", st.Mode(), err)
	}
	w.check("wrong arguments", `p(ntop.exists(nil), ntop.isdir({}), ntop.notEmptyFile(nil), ntop.fileLastChange(nil), ntop.readdir(nil), type(ntop.getCurrentScriptsDir()), ntop.mkdir(""))`, "false false false -1 {} string false;")
	sent := &sentFiles{}
	out := func(c *Context) { c.Out = sent }
	w.run(d+`ntop.dumpFile(d .. "/f.txt") ntop.dumpBinaryFile(d .. "/sub/f.txt") assert(ntop.flushResponse())`, out)
	if len(sent.text) != 1 || len(sent.binary) != 1 || !sent.flushed {
		t.Errorf("%+v", sent)
	}
	w.run(`ntop.dumpFile(nil) ntop.dumpBinaryFile({}) ntop.httpRedirect("/lua/x.lua\r\nX: y")`, out)
	if got := sent.String(); got != "HTTP/1.1 302 Found\r\nLocation: /lua/x.luaX: y\r\n\r\n" {
		t.Errorf("%q", got)
	}
}

// sentFiles is an answer that remembers which files were sent.
type sentFiles struct {
	answer
	text, binary []string
	flushed      bool
}

func (s *sentFiles) Flush() { s.flushed = true }

func (s *sentFiles) SendFile(path string, text bool) error {
	if _, err := os.Stat(path); err != nil {
		return err
	}
	if text {
		s.text = append(s.text, path)
	} else {
		s.binary = append(s.binary, path)
	}
	return nil
}

func TestInformationBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.env.Started = time.Now().Add(-time.Hour)
	w.env.Options = Options{HTTPPrefix: "/pre", InstanceName: "here", HTTPPort: 3000, DisableLogin: true, LimitResources: true, Appliance: true}
	w.check("about", `local i = ntop.getInfo() p(i.product, i.version, i.http_port, i.uptime >= 3600, i["version.lua"], i["pro.release"], ntop.getInfo(false)["version.lua"], i["version.geoip"])`,
		"ntopng 1.0.0 3000 true Lua 5.4 false nil nil;")
	w.check("settings", `p(ntop.getHttpPrefix(), ntop.getInstanceName(), ntop.getStaticFileEpoch(), ntop.isLoginDisabled(), ntop.limitResourcesUsage(), ntop.isAppliance(), ntop.getNologinUser(), ntop.refreshCPULoad() >= 0)`,
		"/pre here 0 true true true nologin true;")
	w.check("of the request", `p(ntop.getCookieAttributes(), ntop.getRandomCSRFValue(), ntop.getUserObservationPointId())`, "HttpOnly; SameSite=lax; Secure abc 3;",
		func(c *Context) { c.TLS, c.CSRF, c.ObsID = true, "abc", 3 })
	w.check("time", `p(ntop.getUptime() >= 3600, ntop.getStartupEpoch() > 1700000000, ntop.gettimemsec() > 1.7e9, ntop.getticks() > 3.6e12, ntop.gettickspersec(), ntop.tzset(), ntop.roundTime(1000, 300, false), ntop.roundTime(1000, 0), ntop.roundTime("x", 60))`,
		"true true true true 1000000000.0 nil 1200 1000 60;")
	w.check("deadlines", `p(ntop.getDeadline(), ntop.isDeadlineApproaching())`, "0 false;")
	w.check("a deadline", `p(ntop.getDeadline() > 0, ntop.isDeadlineApproaching())`, "true true;", func(c *Context) {
		c.Deadline, c.DeadlineMargin = time.Now().Add(2*time.Second), 5*time.Second
	})
	w.check("edition", `p(ntop.isPro(), ntop.isEnterprise(), ntop.isEnterpriseM(), ntop.isEnterpriseL(), ntop.isEnterpriseXL(), ntop.isEnterpriseXXL(), ntop.isnEdge(), ntop.isnEdgeEnterprise(), ntop.hasnAnalyst(), ntop.isForcedCommunity())`,
		"false false false false false false false false false false;")
	w.check("platform", `p(ntop.isWindows(), ntop.isFreeBSD(), ntop.isLinux(), ntop.isPackage(), ntop.isShuttingDown(), ntop.isIoTBridge(), ntop.hasLdapSupport(), ntop.isFlowDedupEnabled(), ntop.isClickHouseEnabled(), ntop.toggleNewDeleteTrace())`,
		"false false true false false false true false false false;")
	w.check("log", `ntop.traceEvent(2, "/a/b.lua", 7, "from a script") ntop.traceEvent() ntop.setLoggingLevel("debug") ntop.setLoggingLevel("nonsense") ntop.setLoggingLevel(nil) p(ntop.verboseTrace())`, "false;")
	if !w.log.has("from a script") {
		t.Error("the line is not in the log")
	}
	w.check("preferences", `ntop.setPref("ntopng.prefs.disable_alerts_generation", "1") ntop.reloadPreferences() ntop.reloadPreferences("x") ntop.reloadHostPools("x") ntop.reloadASNConfiguration()
local prefs = ntop.getPrefs() p(prefs.are_alerts_enabled, prefs.http_port, ntop.isGuiAccessRestricted())`, "false 3000 false;")
	ended := false
	w.env.Shutdown = func() { ended = true }
	w.check("not by everybody", `ntop.shutdown() p("on")`, "on;", asUser("bob"))
	w.check("refused", `ntop.shutdown("poweroff") p("on")`, "on;")
	if ended {
		t.Error("ended by somebody, or the machine was to be powered off")
	}
	if w.run(`ntop.shutdown()`); !ended {
		t.Error("not ended")
	}
	w2 := newWorld(t, 2026)
	w2.check("2026 has no editions", `p(ntop.isPro, ntop.isEnterprise, ntop.isnEdge, ntop.hasnAnalyst(), ntop.isEnterpriseM(), ntop.revision())`, "nil nil nil false false 0;")
}

func TestRecipientBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.env.Recipients = recipients.New()
	w.check("queued", `ntop.recipient_register(3, 1) p(ntop.recipient_dequeue(3), ntop.recipient_enqueue(3, '{"a":1}', 100), ntop.recipient_stats(3).fill_pct >= 0, ntop.recipient_dequeue(3), ntop.recipient_dequeue(3), ntop.recipient_last_use(3) > 0)`,
		`nil true true {alert={"a":1} alert_severity=5 score=100} nil true;`)
	w.check("counted", `ntop.recipient_inc_stats(3, 2, 1, 4) local s = ntop.recipient_stats(3) p(s.num_delivered >= 2, s.num_uses)`, "true 1;")
	w.check("whoever delivers is woken", `ntop.recipient_dequeue(3) ntop.recipient_enqueue(3, "x", 100) local t = ntop.gettimemsec() ntop.msleep(9000) p(ntop.gettimemsec() - t < 5)`,
		"true;", func(c *Context) { c.Privileged = true })
	w.check("gone", `ntop.recipient_delete(3) p(ntop.recipient_enqueue(3, "x", 1), ntop.recipient_dequeue(3), ntop.recipient_last_use(3))`, "false nil 0;")
	w.check("wrong arguments", `ntop.recipient_register("x") ntop.recipient_delete(nil) ntop.recipient_inc_stats() p(ntop.recipient_enqueue(99, "x", 1), ntop.recipient_dequeue(-1), ntop.recipient_stats("x").num_uses, ntop.recipient_last_use(nil))`,
		"false nil 0 0;")
	w.check("what a recipient wants", `ntop.recipient_register(4, 3, "1,2", "0", "1,4", nil, nil, nil, false, "")
local n = function() local s = ntop.recipient_stats(4) return s.num_uses .. "/" .. s.num_filtered_out end
for _, a in ipairs({{100, 7, 3, 1}, {10, 7, 3, 1}, {100, 7, 15, 1}, {100, 7, 4, 5}, {100, 7, 4, 2}}) do ntop.recipient_enqueue(4, "x", table.unpack(a)) end
p(n()) -- nothing has the pool of a host
ntop.recipient_register(4, 0, "", "0", "", "7", nil, "3") for _, a in ipairs({{1, 7, 3, 1}, {1, 8, 4, 5}, {1, 4099, 15, 5}}) do p(ntop.recipient_enqueue(4, "x", table.unpack(a)), n()) end
ntop.recipient_register(4, 0, "", "", "", nil, nil, nil, true) ntop.recipient_enqueue(4, "alert", 50) ntop.recipient_enqueue(4, "report", 0) p(n())`,
		"0/5;true 0/6;true 0/7;true 1/7;2/8;")
	w.check("what is lost is counted", `ntop.recipient_enqueue(77, "x", 1) local s = interface.getStats() p(s.num_dropped_alerts > 0, s.num_other_dropped_alerts == s.num_dropped_alerts, s.num_flow_dropped_alerts)
interface.resetCounters() local r = interface.getStats() p(r.num_dropped_alerts, r.num_other_dropped_alerts == s.num_other_dropped_alerts)`, "true true 0;0 true;")
}
