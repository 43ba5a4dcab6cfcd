package bindings

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/collect"
	"ntopgo/engine/counters"
	"ntopgo/engine/export"
	flowpkg "ntopgo/engine/flow"
	"ntopgo/engine/iface"
	"ntopgo/engine/recipients"
	"ntopgo/engine/zmq"
)

// collecting adds an interface with id 5 that gets flows, and selects it for the
// scripts that follow with the returned change.
func (w *world) collecting(kind capture.Kind) (*iface.Interface, *collect.Collector, func(*Context)) {
	w.t.Helper()
	i, err := iface.New(iface.Config{ID: 5, Shards: 2, NoPurge: true, OnAlert: w.env.OnFlowAlert(5)}, iface.Deps{Source: capture.NewSilent(capture.Info{Name: "tcp://127.0.0.1:1", Kind: kind}),
		DPI: w.env.DPI, Nets: w.env.Nets})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = i.Close() })
	i.Start(context.Background())
	c := collect.New(collect.Config{Flow: i.Collect, Now: func() time.Time { return capturedAt }})
	if !w.env.AddInterface(i) {
		w.t.Fatal("no room for an interface")
	}
	w.env.SetCollection(5, &Collection{Collector: c})
	return i, c, func(c *Context) { c.Select(5) }
}

const probeFlows = `[{"IPV4_SRC_ADDR":"192.168.1.10","IPV4_DST_ADDR":"203.0.113.5","L4_SRC_PORT":40000,"L4_DST_PORT":443,"PROTOCOL":6,
	"IN_BYTES":1000,"IN_PKTS":10,"OUT_BYTES":5000,"OUT_PKTS":20,"FIRST_SWITCHED":1735787000,"LAST_SWITCHED":1735787010,"CLIENT_TCP_FLAGS":26,"SERVER_TCP_FLAGS":26,
	"L7_PROTO":"91.126","TLS_SERVER_NAME":"www.google.com","JA4C_HASH":"ja","EXPORTER_IPV4_ADDRESS":"10.0.0.1","NPROBE_IPV4_ADDRESS":"10.0.0.2",
	"INPUT_SNMP":3,"OUTPUT_SNMP":4,"OBSERVATION_POINT_ID":9,"FLOW_SOURCE":2,"FLOW_END_REASON":"idle","SRC_AS":64500,"INGRESS_VRFID":6,"MINE":"x","L7_ERROR_CODE":3,
	"SRC_PROC_PID":77,"SRC_PROC_NAME":"curl","SRC_PROC_CONTAINER_ID":"abc"},
	{"timestamp":"1735787000.1","IPV4_LOCAL_ADDR":"192.168.1.20","IPV4_REMOTE_ADDR":"192.168.1.10","L4_LOCAL_PORT":50000,"L4_REMOTE_PORT":22,"PROTOCOL":6,
	"LOCAL_PROCESS":{"PID":78,"UID_NAME":"root","PROCESS_PATH":"/bin/ssh"},"LOCAL_CONTAINER":{"ID":"def","K8S":{"NAME":"n","POD":"p1","NS":"s"}},
	"TCP":{"RTT":2.5,"RTT_VARIANCE":0.5,"BYTES_RCVD":10,"BYTES_ACKED":20,"SEGS_IN":1,"SEGS_OUT":2}}]`

const probeEvent = `{"bytes":1000,"packets":10,"iface":{"name":"eth7","speed":10000,"ip":"10.0.0.2"},"probe":{"ip":"10.0.0.2","version":"10.5"},"time":1735787000,
	"avg":{"bps":800,"pps":2},"timeout":{"lifetime":120,"idle":30,"collected_lifetime":60},"drops":{"export_queue_full":4},
	"flow_collection":{"sflow_samples":8,"exporters":{"10.1.1.1":{"num_sflow_flows":10,"unique_source_id":13}}},"zmq":{"num_flow_exports":50,"num_zmq_exporters":1}}`

func probeSays(c *collect.Collector, id uint32, topic, text string) {
	c.Handle(0, zmq.Envelope{Topic: topic, Source: 3, ID: id, Body: []byte(text)})
}

func TestCollectedFlows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	w.everyName()
	i, col, five := w.collecting(capture.KindZMQ)
	probeSays(col, 1, "flow", probeFlows)
	probeSays(col, 2, "event", probeEvent)
	probeSays(col, 5, "counter", `{"deviceIP":"10.0.0.9","ifIndex":3,"ifName":"ge-0","ifSpeed":1000,"ifInOctets":7,"ifDirection":"Full","ifOperStatus":"Up"}`)
	probeSays(col, 6, "template", `[{"PEN":0,"field":1,"name":"IN_BYTES","descr":"Bytes in"},{"PEN":35632,"field":58000,"name":"MINE","descr":"Mine"}]`)
	probeSays(col, 7, "listening-ports", `{"ip-addresses":["192.168.1.10","x"],"listening-ports":{"tcp4":[{"port":22,"proc":"/usr/sbin/sshd","pkg":"openssh"}],"udp6":[{"port":53,"pkg":"dns"}]}}`)
	for end := time.Now().Add(10 * time.Second); i.Stats().Total.Packets < 33 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
	}
	for _, c := range []struct{ name, code, want string }{
		{"kind", `p(interface.isZMQInterface(), interface.isPacketInterface(), interface.isSampledTraffic(), interface.hasEBPF(), interface.isSubInterface(), interface.isSyslogInterface(), interface.isRunning())`,
			"true false true true false false true;"},
		{"flow", `local f = interface.getFlowsInfo(nil, {sortColumn = "column_bytes", a2zSortOrder = false}).flows[1]
			p(f["cli.ip"], f["srv.port"], f.bytes, f["proto.ndpi"], f["cli2srv.packets"], f["seen.first"], f["seen.last"], f.tcp_established, f["cli.localhost"])
			p(f.device_ip, f.in_index, f.out_index, f.observation_point_id, f.flow_source, f.flow_end_reason, f.src_as, f.vrfId, f["moreinfo.json"], f.l7_error_code)
			p(f["protos.tls.client_requested_server_name"], f["protos.tls.ja4.client_hash"], f.info, f.client_process, f.client_container, f.server_process)`,
			`192.168.1.10 443 6000 TLS.Google 10 1735787000 1735787010 true true;10.0.0.1 3 4 9 2 idle 64500 6 {"MINE":"x"} 3;` +
				`www.google.com ja www.google.com {actual_memory=0 cmdline= gid=0 name=curl peak_memory=0 pid=77 pkg_name= uid=0 user_name=} {id=abc} nil;`},
		{"statistics", `local s = interface.getStats() local r = s.zmqRecvStats
			p(s.type, s.speed, s.remote_bps, s.remote_pps, s.stats.bytes, s.stats.packets, s.eth.ingress.bytes, s.has_seen_ebpf_events, s.has_seen_pods, s.has_seen_containers)
			p(r.flows, r.dropped_flows, r.events, r.counters, r.zmq_msg_rcvd, r.zmq_msg_drops, s.zmqRecvStats_since_reset.flows)
			local b = s.probes[5]["3"] p(b["remote.name"], b["probe.ip"], b["probe.probe_version"], b["drops.export_queue_full"], b["zmq.num_flow_exports"], b["timeout.idle"], b.exporters["10.1.1.1"].num_sflow_flows)`,
			"zmq 10000 800 2 6030 33 5020 true true true;2 0 1 1 5 2 2;eth7 10.0.0.2 10.5 4 0 60 10;"},
		{"listening ports", `local l = interface.getHostInfo("192.168.1.10").listening_ports p(l.tcp4[22], l.tcp6, l.udp6[53], interface.getHostInfo("203.0.113.5").listening_ports)`,
			"{package=openssh process=/usr/sbin/sshd} {} {package=dns process=} nil;"},
		{"reset", `interface.resetCounters(true) local a = interface.getStats().zmqRecvStats_since_reset interface.resetCounters(false) local b = interface.getStats()
			p(a.flows, a.zmq_msg_drops, b.zmqRecvStats_since_reset.flows, b.zmqRecvStats.flows)`, "2 0 0 2;"},
		{"fields", `p(interface.getZMQFlowFieldDescr("MINE"), interface.getZMQFlowFieldDescr("35632.58000"), interface.getZMQFlowFieldDescr("1"), interface.getZMQFlowFieldDescr("L7_PROTO"), interface.getAllZMQFlowFieldDescr())`,
			"Mine Mine Bytes in nil {0.1={description=Bytes in is_native_field=true} 35632.58000={description=Mine is_native_field=false}};"},
		{"fields, wrong", `p(interface.getZMQFlowFieldDescr(5), interface.getZMQFlowFieldDescr(""), interface.getZMQFlowFieldDescr())`, "nil nil;"},
		{"agents of sFlow", `p(interface.getSFlowDevices(), interface.getSFlowDeviceInfo("10.0.0.9"), interface.getSFlowDeviceInfo("10.0.0.8"))`,
			"{5={10.0.0.9=167772169}} {3={ifAdminStatus=false ifFullDuplex=true ifInErrors=0 ifInOctets=7 ifInPackets=0 ifName=ge-0 ifOperStatus=true " +
				"ifOutErrors=0 ifOutOctets=0 ifOutPackets=0 ifPromiscuousMode=false ifSpeed=1000 ifType=0}} {};"},
		{"agents of sFlow, wrong", `p(interface.getSFlowDeviceInfo(7), interface.getSFlowDeviceInfo("x"))`, "nil {};"},
		{"observation points", `local o = interface.getObsPointsInfo({sortColumn = "column_obs_point", detailsLevel = "higher"}) local x = o.ObsPoints[1]
			p(o.numObsPoints, x.obs_point, x.bytes, x["bytes.sent"], x["packets.rcvd"], x.flows, x.to_remove, x.exporter_list, x.num_hosts, x.ndpi.Google["bytes.sent"])
			p(interface.getObsPointsInfo({toSkip = 1}), interface.getObsPointInfo(9).obs_point, interface.getObsPointInfo(8))
			interface.prepareDeleteObsPoint(9) p(interface.getObsPointInfo(9).to_remove) interface.deleteObsPoint(9) p(interface.getObsPointInfo(9))`,
			"1 9 6000 1000 20 1 false {10.0.0.1=1} 2 1000;{ObsPoints={} numObsPoints=1} 9 nil;true;nil;"},
		{"observation points, wrong", `p(interface.getObsPointInfo("x"), interface.getObsPointInfo(-1)) interface.deleteObsPoint("x") interface.prepareDeleteObsPoint(0)
			p(interface.getObsPointsInfo(7).numObsPoints)`, "nil nil;0;"},
		{"exporters", `local d = interface.getFlowDevices()[5] local id, e = next(d) local q = interface.getFlowDeviceInfo(id)[5] local by = interface.getFlowDeviceInfoByIP("10.0.0.1", false)[5]
			p(id, e.exporter_ip, e.probe_ip, e.num_flows, q[3]["bytes.in_bytes"], q[3]["bytes.out_bytes"], q[4]["bytes.in_bytes"], q[4].ndpi.Google["bytes.sent"], by[4].ndpi, by[4]["packets.out_packets"])
			p(interface.getFlowDeviceInfo(1), interface.getFlowDeviceInfoByIP("10.0.0.9"), interface.getFlowDeviceInfo("x"), interface.getFlowDeviceInfoByIP(7))`,
			"335544323 10.0.0.1 10.0.0.2 1 1000 5000 5000 1000 nil 10;{} {} {} {};"},
		{"containers", `p(interface.getContainersStats()) p(interface.getContainersStats("p1").def.info, interface.getContainersStats("p2"), interface.getContainersStats(7).abc.info) p(interface.getPodsStats())`,
			"{abc={info={id=abc} num_containers=0 num_flows.as_client=1 num_flows.as_server=0 rtt_as_client=0.0 rtt_as_server=0.0 rtt_variance_as_client=0.0 rtt_variance_as_server=0.0} " +
				"def={info={id=def k8s.name=n k8s.ns=s k8s.pod=p1} num_containers=0 num_flows.as_client=1 num_flows.as_server=0 rtt_as_client=2.5 rtt_as_server=0.0 rtt_variance_as_client=0.5 rtt_variance_as_server=0.0}};" +
				"{id=def k8s.name=n k8s.ns=s k8s.pod=p1} {} {id=abc};{p1={num_containers=1 num_flows.as_client=1 num_flows.as_server=0 rtt_as_client=2.5 rtt_as_server=0.0 rtt_variance_as_client=0.5 rtt_variance_as_server=0.0}};"},
		{"processes", `local _, f = next(interface.findPidFlows(77)) local _, g = next(interface.findNameFlows("/bin/ssh")) p(f["srv.ip"], g["srv.port"], interface.findPidFlows(1), interface.findNameFlows("x"))`,
			"203.0.113.5 22 {} {};"},
		{"processes, wrong", `p(interface.findPidFlows("x"), interface.findNameFlows(5), interface.findPidFlows())`, "nil nil;"},
		{"nothing to reload", `p(interface.reloadCompanions(5), interface.reloadCompanions("x"), interface.updateDynIfaceTrafficPolicy(), interface.updateSyslogProducers())`, "nil nil nil nil;"},
	} {
		w.check(c.name, c.code, c.want, five)
	}
	w.check("no administrator", `p(interface.findPidFlows(77), interface.findNameFlows("curl"), interface.getContainersStats())`, "nil nil {abc={info={id=abc} num_containers=0 num_flows.as_client=1 num_flows.as_server=0 rtt_as_client=0.0 rtt_as_server=0.0 rtt_variance_as_client=0.0 rtt_variance_as_server=0.0}};",
		five, narrowUser)
	w.check("packets", `p(interface.isZMQInterface(), interface.isPacketInterface(), interface.getSFlowDevices(), interface.getAllZMQFlowFieldDescr(), interface.getObsPointsInfo(), interface.getPodsStats(), interface.getStats().probes)`,
		"false true {} nil {ObsPoints={} numObsPoints=0} {} nil;")
}

func TestProcessFlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	_, _, five := w.collecting(capture.KindDummy)
	const list = `local f = interface.getFlowsInfo().flows `
	w.check("flow", `interface.processFlow({src_ip = "192.168.1.10", dst_ip = "8.8.8.8", src_port = 40000, dst_port = 53, l4_proto = "UDP", app_protocol = 5, dns_query = "example.com",
		dns_query_type = 1, dns_ret_code = 3, in_pkts = 1, in_bytes = 70, out_pkts = 1, out_bytes = 80, first_switched_iso8601 = "2019-04-02T19:26:07.362136+0200",
		last_switched = 1554225968, vlan_id = 4, own = "a", count = 2, flag = true})`+list+`p(#f, f[1]["cli.ip"], f[1]["proto.ndpi"], f[1].bytes, f[1]["seen.first"], f[1].vlan, f[1]["moreinfo.json"],
		f[1]["protos.dns.last_query"], f[1]["protos.dns.last_return_code"])`,
		`1 192.168.1.10 DNS 150 1554225967 4 {"count":2,"flag":true,"own":"a"} example.com 3;`, five)
	w.check("update", `interface.processFlow({src_ip = "192.168.1.10", dst_ip = "8.8.8.8", src_port = 40000, dst_port = 53, l4_proto = 17, in_pkts = 1, in_bytes = 70, vlan_id = 4})`+
		list+`p(#f, f[1].bytes)`, "1 220;", five)
	w.check("wrong", `interface.processFlow() interface.processFlow("x") interface.processFlow({}) interface.processFlow({src_ip = "x", dst_ip = 5})`+list+`p(#f)`, "1;", five)
	w.check("on packets", `interface.processFlow({src_ip = "1.1.1.1", dst_ip = "2.2.2.2"}) p(interface.getFlowsInfo("1.1.1.1").numFlows)`, "0;")
}

// TestParts looks at an interface whose flows go to another one.
// TestExternalAlerts: what another system says of a flow becomes an alert of the
// flow, at once or when it is recognised, and tells which exporter saw it.
func TestExternalAlerts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	i, _, five := w.collecting(capture.KindSyslog)
	w.env.SetChecks(i)
	w.env.Recipients.Register(0, recipients.Filter{})
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	go w.env.DeliverAlerts(ctx, 5)
	const flow = `interface.processFlow({src_ip = "192.168.1.10", dst_ip = "8.8.8.8", src_port = 40000, dst_port = 53, l4_proto = "UDP", app_protocol = 5, in_pkts = 1, in_bytes = 70`
	w.check("nothing told", flow+`}) p(interface.hasExternalAlerts(), interface.getStats().has_seen_external_alerts)`, "false false;", five)
	w.run(flow+`, external_alert = '{"source":"Suricata","alert":{"signature":"bad","category":"worse","more":1}}'})`, five)
	w.check("told", `p(interface.hasExternalAlerts(), interface.getStats().has_seen_external_alerts)`, "true true;", five)
	for m := w.next(0); ; m = w.next(0) {
		if m["alert_id"] != 10. {
			continue // of another check
		}
		detail, _ := m["json"].(string)
		if !strings.Contains(detail, `"alert":{"category":"worse","signature":"bad"}`) || !strings.Contains(detail, `"source":"Suricata"`) || m["probe_ip"] != "0.0.0.0" {
			t.Errorf("%v", m)
		}
		break
	}
	w.check("flow", `local f = interface.getFlowsInfo("8.8.8.8", {}).flows[1] p(f.alerts_map[10], f.score.flow_score >= 100)`, "true true;", five)
	report := i.Collect(&flowpkg.Report{Src: netip.MustParseAddr("192.168.1.11"), Dst: netip.MustParseAddr("8.8.4.4"), SrcPort: 5, DstPort: 53, Proto: 17,
		First: time.Now().UnixNano(), Last: time.Now().UnixNano(), Arrived: time.Now().UnixNano(), Up: flowpkg.Reported{Traffic: counters.Traffic{Packets: 1, Bytes: 9}},
		Origin: flowpkg.Origin{Exporter: netip.MustParseAddr("10.0.0.1"), In: 3, Out: 4, ObsPoint: 9, Alert: `{}`}})
	if !report {
		t.Fatal("no room for a flow")
	}
	for m := w.next(0); ; m = w.next(0) {
		if m["cli_ip"] == "192.168.1.11" && m["alert_id"] == 10. {
			if m["probe_ip"] != "10.0.0.1" || m["input_snmp"] != 3. || m["output_snmp"] != 4. || m["observation_point_id"] != 9. {
				t.Errorf("%v", m)
			}
			break
		}
	}
	w.check("observation point", `local o = interface.getObsPointsInfo({detailsLevel = "max"}).ObsPoints[1] p(o.obs_point, o.score, o["score.as_client"], o.score_pct.score_breakdown_client[1])`,
		"9 100 50 100.0;", five)
}

func TestParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	_, col, five := w.collecting(capture.KindPart)
	reloads := []string{}
	w.env.SetCollection(5, &Collection{Collector: col, Part: &Part{Exporter: "10.0.0.1", Ingress: 7, ByIfaces: true}})
	w.env.SetCollection(0, &Collection{Parts: true, ReloadPolicy: func() { reloads = append(reloads, "policy") },
		ReloadProducers: func() { reloads = append(reloads, "producers") }, ReloadCompanions: func() { reloads = append(reloads, "companions") }})
	w.check("part", `local s = interface.getStats() p(s.type, s.dynamic_interface_probe_ip, s.dynamic_interface_inifidx, interface.isSubInterface(), interface.isZMQInterface())`,
		"Dynamic Flow Collection 10.0.0.1 7 true true;", five)
	w.check("whole", `p(interface.getStats().hasSubInterfaces, interface.updateDynIfaceTrafficPolicy(), interface.updateSyslogProducers(), interface.reloadCompanions(0))`, "true nil nil nil;")
	if got := strings.Join(reloads, " "); got != "policy producers companions" {
		t.Errorf("reloaded %s", got)
	}
}

func TestExportStats(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]string{2024: "true true true false {flow_export_count=3 flow_export_drops=0 flow_export_rate=0.0} {} 3;", 2026: "true true true false {flow_export_count=3 flow_export_drops=0 flow_export_rate=0.0} {} nil;"} {
		w := newWorld(t, year)
		w.check("without", `local s, p_ = interface.getStats(), ntop.getPrefs() p(s.isFlowDumpRunning, p_.is_dump_flows_enabled, s.stats.db)`, "false false {};")
		e := export.New(export.Config{Sinks: []*export.Sink{{Name: "syslog", Format: (&export.Names{DPI: w.env.DPI}).Generic,
			Send: func(context.Context, [][]byte) error { return nil }}}})
		e.Watch(w.env.Ifaces[0])
		e.Close()
		w.env.Exporter, w.env.Options.DumpFlows = e, "syslog;local0"
		w.check("with", `local s, p_ = interface.getStats(), ntop.getPrefs() p(s.isFlowDumpRunning, p_.is_dump_flows_enabled, p_.is_dump_flows_to_syslog_enabled, p_.is_dump_flows_to_es_enabled,
			s.stats.syslog, s.stats.es, s.stats.flow_export_count)`, want)
	}
}
