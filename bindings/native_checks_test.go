package bindings

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
	"ntopgo/engine/iec104"
	"ntopgo/engine/iface"
	"ntopgo/engine/recipients"
)

// checked reads the test capture, and a connection to a server that is named by
// its address, with the checks that settings (JSON of the store; "" for none)
// turn on. What they raise is delivered.
func checked(t *testing.T, settings string, prepare ...func(*world)) *world {
	t.Helper()
	w := newWorld(t, 2024)
	if settings != "" {
		if err := w.env.KV.Set(checksKey, settings); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range prepare {
		f(w)
	}
	w.readChecked()
	return w
}

// checkedExcept is checked with one check on and exclusions.
func checkedExcept(t *testing.T, exclusions string) *world {
	t.Helper()
	w := newWorld(t, 2024)
	for key, text := range map[string]string{checksKey: onlyNumeric, exclusionsKey: exclusions} {
		if err := w.env.KV.Set(key, text); err != nil {
			t.Fatal(err)
		}
	}
	w.readChecked()
	return w
}

func (w *world) readChecked() {
	w.t.Helper()
	t := w.t
	var buf bytes.Buffer
	out, err := capture.NewWriter(&buf, decode.LinkEthernet, false, 65535)
	if err != nil {
		t.Fatal(err)
	}
	p := &trace{t: t, w: out}
	p.dns("www.example.com")
	p.http(serverIP, serverMAC, 40001, "intranet.example.com")
	p.http(webIP, routerMAC, 40003, webIP)
	file := filepath.Join(t.TempDir(), "checked.pcap")
	if err := os.WriteFile(file, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := capture.Open(file, capture.Config{})
	if err != nil {
		t.Fatal(err)
	}
	i, err := iface.New(iface.Config{Shards: 2, OnAlert: w.env.OnFlowAlert(0)}, iface.Deps{Source: src, DPI: w.env.DPI, Nets: w.env.Nets})
	if err != nil {
		t.Fatal(err)
	}
	w.env.Ifaces = []*iface.Interface{i}
	w.env.SetChecks(i)
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	w.env.Recipients.Register(0, recipients.Filter{MinSeverity: 3})
	w.env.Recipients.Register(1, recipients.Filter{})
	go w.env.DeliverAlerts(ctx, 0)
	i.Start(ctx)
	<-i.Done()
	t.Cleanup(func() { _ = i.Close() })
}

// next is the oldest alert that waits for a recipient.
func (w *world) next(recipient int) map[string]any {
	w.t.Helper()
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		if n, ok := w.env.Recipients.Dequeue(recipient, time.Now()); ok {
			m := map[string]any{}
			if err := json.Unmarshal([]byte(n.Alert), &m); err != nil {
				w.t.Fatal(err)
			}
			return m
		}
	}
	w.t.Fatal("no alert was delivered")
	return nil
}

// onlyNumeric turns one check on.
const onlyNumeric = `{"config":{"flow":{"ndpi_numeric_ip_host":{"all":{"enabled":true,"script_conf":[]}}},"host":[]},"filters":[]}`

func TestAlertedFlow(t *testing.T) {
	t.Parallel()
	w := checked(t, onlyNumeric)
	const find = `local f = interface.findFlowByTuple("192.168.1.10", "203.0.113.5", 0, 40003, 80, 6) `
	w.check("flow", find+`p(f["flow.status"], f["flow.alerted"], f.predominant_alert, f.predominant_alert_score, f.alerts_map, f.score)`,
		"43 true 43 10 {43=true} {alert_score={43=10} flow_score=10 host_categories_total={0=0 1=10} host_score_total={client_score=5 server_score=5}};")
	w.check("another flow", `local f = interface.findFlowByTuple("192.168.1.10", "192.168.1.20", 0, 40001, 80, 6)
		p(f["flow.status"], f["flow.alerted"], f.alerts_map, f.score.flow_score, f.score.host_categories_total)`, "0 nil {} 0 {0=0 1=0};")
	w.check("connection", find+`p(f.minor_conn_state, f.major_conn_state)`, "2 2;")
	w.check("client", `local h = interface.getHostInfo("192.168.1.10")
		p(h.score, h["score.as_client"], h["score.as_server"], h.active_alerted_flows, h["alerted_flows.as_client"], h["alerted_flows.as_server"], h.total_alerts, h.num_alerts, h.score_pct.score_breakdown_client)`,
		"5 5 0 1 1 0 1 0 {0=0.0 1=100.0};")
	w.check("server", `local h = interface.getHostInfo("203.0.113.5") p(h.score, h["score.as_server"], h["alerted_flows.as_server"])`, "5 5 1;")
	w.check("a host without alerts", `local h = interface.getHostInfo("192.168.1.20") p(h.score, h.score_pct, h.total_alerts)`, "0 nil 0;")
	w.check("interface", `local s = interface.getStats()
		p(interface.getScore(), s.score, s.num_alerted_flows, s.num_alerted_flows_notice, s.num_alerted_flows_error, s.num_dropped_alerts)`,
		"{score_as_cli=5 score_as_srv=5} {score_as_cli=5 score_as_srv=5} 1 1 0 0;")
	w.check("network", `local n = interface.getNetworksStats()["192.168.1.0/24"] p(n.score, n["score.as_client"], n.alerted_flows)`,
		"5 5 {as_client=1 as_server=0 total=1};")
	w.check("system", `local a = interface.getASInfo(0) p(a.score, a.alerted_flows)`, "10 {as_client=1 as_server=1 total=2};")
	w.check("alerted flows", `local t = interface.getFlowsInfo(nil, {alertedFlows = true}) p(t.numFlows, t.flows[1]["srv.ip"])`, "1 203.0.113.5;")
	w.check("flows by score", `local t = interface.getFlowsInfo(nil, {sortColumn = "column_score", a2zSortOrder = false, maxHits = 1}) p(t.flows[1]["srv.ip"])`, "203.0.113.5;")
	w.check("hosts by score", `local h = interface.getHostsInfo(false, "column_score", 1, 0, false).hosts p((next(h)))`, "203.0.113.5;") // both have 5; the order of the hash table decides
	w.check("sums of flows", `local t = interface.getActiveFlowsStats() p(t.status, t.alert_levels, t.host_pool_id, t.wlan_ssid, t.dscps, t.asn_names)`,
		"{43={count=1}} {notice_or_lower=1} {0={count=3}} {} {0={count=3}} nil;")
	w.check("flows by application", `for _, g in ipairs(interface.getFlowsInfoByType and {} or interface.getVLANFlowsStats()) do if g.total_score > 0 then p(g.dst_port, g.total_score) end end`, "80 10;")

	m := w.next(0)
	for key, want := range map[string]any{"alert_id": 43., "alert_category": 1., "score": 10., "action": "store", "acknowledged": true,
		"is_flow_alert": true, "is_cli_attacker": true, "is_srv_attacker": false, "is_srv_victim": true, "cli_ip": clientIP, "srv_ip": webIP, "cli_port": 40003.,
		"srv_port": 80., "cli_location": 1., "srv_location": 0., "alerts_map": "080000000000", "proto": 6., "entity_id": 4., "vlan_id": 0.,
		"first_seen": float64(capturedAt.Unix()), "ip_version": 4., "proto.ndpi": "HTTP", "cli_network": 0., "srv_network": 65535.} {
		if m[key] != want {
			t.Errorf("%s is %v, want %v", key, m[key], want)
		}
	}
	var detail struct {
		Generation struct {
			Key  string `json:"script_key"`
			Dir  string `json:"subdir"`
			Info string `json:"flow_risk_info"`
		} `json:"alert_generation"`
		Proto  struct{ HTTP map[string]any }
		Scores map[string]int `json:"alert_score"`
	}
	if err := json.Unmarshal([]byte(m["json"].(string)), &detail); err != nil {
		t.Fatal(err)
	}
	if g := detail.Generation; g.Key != "ndpi_numeric_ip_host" || g.Dir != "flow" || !strings.Contains(g.Info, webIP) {
		t.Errorf("alert_generation is %+v", g)
	}
	if detail.Proto.HTTP["last_method"] != "GET" || detail.Scores["43"] != 10 {
		t.Errorf("proto %v, scores %v", detail.Proto, detail.Scores)
	}
}

func TestChecksAreConfigured(t *testing.T) {
	t.Parallel()
	w := checked(t, `{"config":{"flow":{"ndpi_numeric_ip_host":{"all":{"enabled":false,"script_conf":[]}}}}}`)
	w.check("off", `p(interface.getScore().score_as_cli)`, "0;")
	w.check("reload", `p(ntop.reloadFlowChecks(), ntop.reloadHostChecks(), ntop.reloadAlertExclusions(), ntop.reloadServersConfiguration(), (ntop.reloadDeviceProtocols("x")))`,
		"nil nil nil nil nil;")
	on := func() bool { return w.env.Ifaces[0].Checks().On("ndpi_numeric_ip_host") }
	if on() {
		t.Error("a check that was turned off is on")
	}
	w.check("turned on", `ntop.setPref("`+checksKey+`", '`+onlyNumeric+`') ntop.reloadFlowChecks("wrong")`, "")
	if !on() || w.env.Ifaces[0].Checks().On("web_mining") {
		t.Error("the configuration is not what was set")
	}
	w.check("broken", `ntop.setPref("`+checksKey+`", "{") ntop.reloadFlowChecks()`, "")
	if !w.log.has("configuration of checks") || !w.env.Ifaces[0].Checks().On("web_mining") {
		t.Error("a broken configuration is not reported, or the checks are not as they come")
	}
}

func TestCheckInfo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("flow", `p(ntop.getFlowCheckInfo("low_goodput"), ntop.getFlowCheckInfo("tcp_packets_issues").edition, ntop.getFlowCheckInfo("none"), ntop.getFlowCheckInfo({}))`,
		"{edition=community key=low_goodput} community nil nil;")
	w.check("host", `p(ntop.getHostCheckInfo("flow_flood"), ntop.getHostCheckInfo("low_goodput"), ntop.getHostCheckInfo({}))`,
		"{edition=community key=flow_flood} nil nil;")
	w.check("times", `p(ntop.getFlowChecksStats().web_mining, ntop.getFlowChecksStats(1).none)`, "{} nil;")
	w.check("industry", `p(ntop.setIEC104AllowedTypeIDs("1,65"), ntop.setModbusAllowedFunctionCodes("3"), ntop.setIEC104AllowedTypeIDs({}), ntop.setModbusAllowedFunctionCodes(nil))`,
		"true true nil nil;")
	if got := w.env.Ifaces[0].Checks().IEC104().Allowed; got != [2]uint64{2, 2} {
		t.Errorf("types %b are allowed", got)
	}
	w.check("as configured", `ntop.reloadFlowChecks() p("read")`, "read;")
	if got := w.env.Ifaces[0].Checks().IEC104().Allowed; got != iec104.AllTypes {
		t.Errorf("types %b are allowed though none is configured", got)
	}
}

func TestExclusions(t *testing.T) {
	t.Parallel()
	list := parseExclusions([]byte(`{"192.168.1.10":{"type":"host","flow_alerts":[43,200],"host_alerts":[]},"10.0.0.0/8@7":{"flow_alerts":{"1":0}},
		"www.example.com":{"type":"domain","flow_alerts":[1]},"x":{"flow_alerts":[1]}}`))
	if len(list) != 2 {
		t.Fatalf("%+v", list)
	}
	w := newWorld(t, 2024)
	if w.env.exclusions() != nil {
		t.Error("somebody is excluded without a configuration")
	}
	if err := w.env.KV.Set(exclusionsKey, `{"192.168.1.10":{"flow_alerts":[43]},"203.0.113.0/24@7":{"flow_alerts":[0]}}`); err != nil {
		t.Fatal(err)
	}
	excluded := w.env.exclusions()
	for _, c := range []struct {
		addr  string
		vlan  uint16
		alert uint8
		want  bool
	}{{clientIP, 0, 43, true}, {clientIP, 0, 44, false}, {clientIP, 1, 43, false}, {serverIP, 0, 43, false}, {webIP, 7, 127, true}} {
		if got := excluded(netip.MustParseAddr(c.addr), c.vlan, c.alert); got != c.want {
			t.Errorf("%s@%d, alert %d: %t", c.addr, c.vlan, c.alert, got)
		}
	}
	quiet := checkedExcept(t, `{"192.168.1.10":{"flow_alerts":[43]}}`)
	quiet.check("nothing raised", `p(interface.getScore().score_as_cli)`, "0;")
}

// FuzzCheckConfig: whatever the store holds is no reason to fail.
func FuzzCheckConfig(f *testing.F) {
	f.Add([]byte(onlyNumeric))
	f.Add([]byte(`{"config":{"host":{"flow_flood":{"min":{"enabled":true,"script_conf":{"operator":"gt","threshold":"256","items":["x",1]}}}}}}`))
	f.Add([]byte(`{"192.168.1.10":{"flow_alerts":{"1":43}}}`))
	f.Fuzz(func(_ *testing.T, text []byte) {
		_, _, _ = parseChecks(text)
		parseExclusions(text)
	})
}

func TestParseChecks(t *testing.T) {
	t.Parallel()
	flow, host, err := parseChecks([]byte(`{"config":{"flow":{"country_check":{"all":{"enabled":true,"script_conf":{"items":["NL",7]}}},"x":[],"y":{"min":{"enabled":true}}},
		"host":{"i":{"min":{"enabled":true,"script_conf":{"retransmissions":{"enabled":true,"threshold":"20"},"packet_loss":{"enabled":false,"threshold":5}}}},"flow_flood":{"min":{"enabled":true,"script_conf":{"threshold":"300"}}},"z":{"5mins":{"enabled":true,"script_conf":{"threshold":12}}}}}}`))
	if err != nil || len(flow) != 1 || len(host) != 3 {
		t.Fatalf("%v %v %v", flow, host, err)
	}
	if s := flow["country_check"]; !s.Enabled || strings.Join(s.Items, ",") != "NL,7" {
		t.Errorf("%+v", s)
	}
	if l := host["i"].Limits; len(l) != 1 || l["retransmissions"] != 20 {
		t.Errorf("%v", l)
	}
	if host["flow_flood"].Threshold != 300 || host["z"].Threshold != 12 {
		t.Errorf("%+v", host)
	}
}

// TestDevicePolicies: a kind of device speaks what its policy does not allow.
func TestDevicePolicies(t *testing.T) {
	t.Parallel()
	const on = `{"config":{"flow":{"device_protocol_not_allowed":{"all":{"enabled":true,"script_conf":[]}}},"host":[]},"filters":[]}`
	find := func(port int) string {
		return fmt.Sprintf(`local f = interface.findFlowByTuple("192.168.1.10", "203.0.113.5", 0, %d, 80, 6) p(f["flow.status"], f.predominant_alert_score, f.score.host_score_total)`, port)
	}
	for _, c := range []struct{ name, policy, want, peer string }{
		{"client", `ntop.reloadDeviceProtocols(0, "client", {[91] = 1, [7] = 0})`, "5 100 {client_score=90 server_score=10};", "cli"},
		{"server", `ntop.reloadDeviceProtocols(8, "server", {[91] = 1})`, "5 100 {client_score=10 server_score=90};", "srv"},
		{"allowed", `ntop.reloadDeviceProtocols(0, "client", {[91] = 1, [7] = 1})`, "0 nil {client_score=0 server_score=0};", ""},
		{"another kind", `ntop.reloadDeviceProtocols(5, "client", {[91] = 1})`, "0 nil {client_score=0 server_score=0};", ""},
		{"wrong", `ntop.reloadDeviceProtocols("x", "client", {}) ntop.reloadDeviceProtocols(0, 7, {}) ntop.reloadDeviceProtocols(0, "client", "x")
			ntop.reloadDeviceProtocols(-1, "client", {}) ntop.reloadDeviceProtocols(99, "client", {})`, "0 nil {client_score=0 server_score=0};", ""},
	} {
		w := checked(t, on, func(w *world) { w.run(c.policy) })
		w.check(c.name, find(40003), c.want)
		if c.peer == "" {
			continue
		}
		detail, _ := w.next(0)["json"].(string)
		if !strings.Contains(detail, `"devproto_forbidden_peer":"`+c.peer+`"`) || !strings.Contains(detail, `"devproto_forbidden_id":7`) || !strings.Contains(detail, `"cli.devtype":0`) {
			t.Errorf("%s: %s", c.name, detail)
		}
	}
}

func TestIEC104OfFlows(t *testing.T) {
	t.Parallel()
	talk := &iec104.Conversation{TypeI: 2, Info: "-> I, RX 0, TX 1", Types: map[uint8]uint32{9: 2}, Pairs: map[iec104.Pair]uint32{{From: 9, To: 9}: 1},
		Unexpected: iec104.Message{Type: 9, Cause: 3, Address: 7}, Transition: iec104.Pair{From: 9, To: 13}, ToCommand: 21}
	f := &flow.Flow{IEC104: talk, ID: 5, LastSeen: 7e9}
	tab := lua.NewTable(4)
	setIEC104(tab, f)
	if got := tab.Get("iec104").(*lua.Table).Get("typeid_transitions").(*lua.Table).Get("9,9"); fmt.Sprint(got) != "1" || tab.Get("info") != talk.Info {
		t.Errorf("transitions %v", got)
	}
	for check, want := range map[string]string{
		"iec_unexpected_type_id":         "map[asdu:7 cause_tx:3 negative:false type_id:9]",
		"iec_invalid_transition":         "map[flow_hash_entry_id:5 flow_key:0 from:9 timestamp:7 to:13]",
		"iec_invalid_command_transition": "map[flow_hash_entry_id:5 flow_key:0 timestamp:7 transitions_c_to_c:0 transitions_c_to_m:0 transitions_m_to_c:21]",
	} {
		m := map[string]any{}
		iec104Detail(m, f, check)
		if got := fmt.Sprint(m); got != want {
			t.Errorf("%s: %s, want %s", check, got, want)
		}
	}
}
