package bindings

import (
	"strings"
	"testing"
	"time"

	"ntopgo/engine/alerts"
	"ntopgo/engine/recipients"
)

func TestToldToInterfaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	for _, c := range []struct{ name, code, want string }{
		{"syslog", `interface.incSyslogStats(1, 2, 3, 4, 5, 6) interface.incSyslogStats(1, 0, 0, 0, 0, 0) p(interface.getStats().syslog)`,
			"{alerts=4 dispatched=2 flows=6 host_correlations=5 malformed=2 tot_events=0 unhandled=3};"},
		{"syslog, wrong", `p(interface.incSyslogStats("x"), interface.getStats().syslog.dispatched)`, "nil 2;"},
		{"checkpoint", `local h = interface.getHostInfo("192.168.1.10") local d = interface.checkpointHostTalker(0, "192.168.1.10").delta
			p(d.sent == h["bytes.sent"], d.rcvd == h["bytes.rcvd"], interface.checkpointHostTalker(0, "192.168.1.10"))`, "true true {delta={rcvd=0 sent=0}};"},
		{"checkpoint after a reset", `interface.resetHostStats("192.168.1.10") p(interface.checkpointHostTalker(0, "192.168.1.10"))`, "{delta={rcvd=0 sent=0}};"},
		{"checkpoint, wrong", `p(interface.checkpointHostTalker("x", "192.168.1.10"), interface.checkpointHostTalker(7, "192.168.1.10"), interface.checkpointHostTalker(0, "192.168.1.99"))`, "nil nil nil;"},
		{"alerts counted", `p(interface.incTotalHostAlerts("192.168.1.20", 1), interface.incTotalHostAlerts("192.168.1.20", 2), interface.getHostInfo("192.168.1.20").total_alerts)`, "true true 2;"},
		{"alerts, wrong", `p(interface.incTotalHostAlerts("192.168.1.99"), interface.incTotalHostAlerts({}))`, "false nil;"},
		{"operating system", `interface.setHostOperatingSystem("192.168.1.20", 2) local t = interface.getOSesInfo()
			p(interface.getHostInfo("192.168.1.20").os, t.numOSes, t.OSes[2].os, t.OSes[2].num_hosts, t.OSes[2]["bytes.sent"], interface.getOSInfo(2).num_hosts, interface.getOSInfo(0).num_hosts)`,
			"2 2 2 1 0 1 3;"},
		{"operating system, wrong", `interface.setHostOperatingSystem("192.168.1.10", 99) interface.setHostOperatingSystem({}, 1) p(interface.getHostInfo("192.168.1.10").os)`, "0;"},
		{"addresses that move", `p(interface.updateIPReassignment(0, true), interface.updateIPReassignment("x"), interface.updateFlowsOnlyInterface(), interface.swapHostnameIPCache and interface.swapHostnameIPCache())`, "nil nil nil nil;"},
		{"between networks", `network.select(0) p(network.resetTrafficBetweenNets(), network.resetTrafficBetweenNets("x"))`, "nil nil;"},
	} {
		w.check(c.name, c.code, c.want)
	}
	if !w.env.ifaceState(0).moved {
		t.Error("updateIPReassignment is not kept")
	}
}

func TestTrafficAlert(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.env.Recipients.Register(0, recipients.Filter{})
	trigger := `p(interface.triggerTrafficAlert("192.168.1.10", "traffic", 60, "1 MB", "2 MB", true))`
	w.check("engaged", trigger+trigger+`local a = interface.getEngagedAlerts(1) p(#a, a[1].alert_id, a[1].entity_val, a[1].score)
		local h = interface.getHostInfo("192.168.1.10") p(h.num_alerts, h.score)`, "true;true;1 26 192.168.1.10@0 100;1 100;")
	n, ok := w.env.Recipients.Dequeue(0, time.Now())
	if !ok || !strings.Contains(n.Alert, `"action":"engage"`) || !strings.Contains(n.Alert, `\"threshold\":\"1 MB\"`) {
		t.Errorf("engaged: %v %s", ok, n.Alert)
	}
	if n, ok := w.env.Recipients.Dequeue(0, time.Now()); ok {
		t.Errorf("engaged again: %s", n.Alert)
	}
	v, _ := w.env.engaged.Load(0)
	v.(*alerts.Engaged).Prolong(&alerts.Alert{Entity: alerts.Entity{Kind: alerts.KindHost, Value: "192.168.1.10@0"}, Key: "traffic_volume",
		Periodicity: alerts.Aperiodic, Until: 1})
	w.check("over", `p(#interface.getEngagedAlerts(1), interface.getHostInfo("192.168.1.10").num_alerts)`, "0 0;")
	if n, ok := w.env.Recipients.Dequeue(0, time.Now()); !ok || !strings.Contains(n.Alert, `"action":"release"`) {
		t.Errorf("released: %v %s", ok, n.Alert)
	}
	w.check("wrong", `p(interface.triggerTrafficAlert("192.168.1.99", "x", 1, "1", "2", true), interface.triggerTrafficAlert("192.168.1.10", "x"))`, "false nil;")
}

func TestHostSeries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("local hosts", `local t = interface.getBatchedLocalHostsTs(0) p(t.numHosts, t.nextSlot)
		local h = t.hosts["192.168.1.10"] p(h.tskey, h.ts_point["active_flows.as_client"], h.ts_point.dns.sent.num_queries, h.ts_point["icmp.echo_pkts_sent"])
		local i = interface.getHostInfo("192.168.1.10") local d = i.ndpi.DNS
		p(h.ts_point.ndpi.DNS == string.format("%d|%d|1", d["bytes.sent"], d["bytes.rcvd"]), h.ts_point.dscp.cs0 == string.format("%d|%d", i["bytes.sent"], i["bytes.rcvd"]))
		p(t.hosts["203.0.113.5"])`, "2 0;192.168.1.10 3 1 0;true true;nil;")
	w.check("in pieces", `local a = interface.getBatchedLocalHostsTs(0, true, 1) local b = interface.getBatchedLocalHostsTs(a.nextSlot, true, 1)
		p(a.nextSlot, b.nextSlot, next(a.hosts), next(b.hosts) ~= next(a.hosts))`, "1 0 192.168.1.10 true;")
	w.check("wrong", `p(interface.getBatchedLocalHostsTs({}, "x").numHosts)`, "2;")
	w.check("another's", `p(interface.getBatchedLocalHostsTs(0).numHosts)`, "0;", narrowUser)
	w.check("by card", `ntop.setCache("ntopng.prefs.ifid_0.serialize_local_broadcast_hosts_as_macs", "1") p(interface.getBatchedLocalHostsTs(0).hosts["192.168.1.10"].tskey)`, "192.168.1.10;")
}

func TestInfluxPoints(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("points", `p(interface.appendInfluxDB("iface:traffic", 1539358699, {ifid = 0, name = "a b"}, {bytes = 7}), interface.appendInfluxDB("up", 5, {}, {x = 1.5}))`, "true true;")
	w.env.ifaceState(0).series.until = time.Time{}
	w.check("handed over", `interface.appendInfluxDB("up", 6, {}, {x = 2})
		for _, f in pairs(ntop.readdir(ntop.getDirs().workingdir .. "/tmp/influxdb")) do for l in io.lines(ntop.getDirs().workingdir .. "/tmp/influxdb/" .. f) do p(f:find("tmp"), l) end end
		p(ntop.getCache("ntopng.cache.influxdb.num_exported_points"))`,
		`nil iface:traffic,ifid=0,name=a\ b bytes=7 1539358699;nil up x=1.5 5;nil up x=2 6;3;`)
	w.check("wrong", `p(interface.appendInfluxDB("x"), interface.appendInfluxDB("x", 1, {}, "y"))`, "false false;")
}

func TestHostRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	if got := w.run(`interface.dumpnDPIProtocolId()`); !strings.Contains(got, "facebook.com\t119\n") || strings.Contains(got, "\t0\n") {
		t.Errorf("protocols: %.200s", got)
	}
	if got := w.run(`interface.dumpnDPICategoryId("x")`); strings.Count(got, "\n") < 500 || strings.Contains(got, "\t0\n") {
		t.Errorf("categories: %.200s", got)
	}
}
