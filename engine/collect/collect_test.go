package collect

import (
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"ntopgo/engine/counters"
	"ntopgo/engine/flow"
	"ntopgo/engine/mac"
	"ntopgo/engine/zmq"
)

var clock = time.Unix(1_700_000_000, 0)

// kept is a store that remembers.
type kept map[string]string

func (k kept) InterfaceNames(exporter, json string)         { k["names "+exporter] = json }
func (k kept) ValueName(f Field, value uint32, json string) { k[fmt.Sprint(f, " ", value)] = json }

// rig is a collector that keeps its flows.
type rig struct {
	*Collector
	flows []*flow.Report
	store kept
	lines []string
	idle  time.Duration
	opts  Options
	full  bool
	now   time.Time
}

func newRig() *rig {
	r := &rig{store: kept{}, now: clock}
	r.Collector = New(Config{Flow: func(n *flow.Report) bool {
		r.flows = append(r.flows, n)
		return !r.full
	}, Options: func() Options { return r.opts }, Store: r.store, Idle: func(d time.Duration) { r.idle = d },
		Logf: func(format string, args ...any) { r.lines = append(r.lines, fmt.Sprintf(format, args...)) },
		Now:  func() time.Time { return r.now }})
	return r
}

func (r *rig) json(topic, text string) { r.Handle(0, zmq.Envelope{Topic: topic, Body: []byte(text)}) }

func addr(s string) netip.Addr { return netip.MustParseAddr(s) }

func TestJSONFlow(t *testing.T) {
	t.Parallel()
	r := newRig()
	r.json("flow", `[{"IPV4_SRC_ADDR":"192.168.1.10","IPV4_DST_ADDR":"8.8.8.8","IPV6_SRC_ADDR":"::","7":40000,"L4_DST_PORT":53,
		"PROTOCOL":17,"IN_BYTES":100,"IN_PKTS":2,"OUT_BYTES":"300","OUT_PKTS":3,"FIRST_SWITCHED":1699999990,"LAST_SWITCHED":1699999995,
		"L7_PROTO":"5.126","35632.57677":"www.google.com","DNS_QUERY_TYPE":1,"DNS_RET_CODE":0,"SRC_VLAN":12,"IN_SRC_MAC":"02:00:00:00:00:01",
		"EXPORTER_IPV4_ADDRESS":"10.0.0.1","NPROBE_IPV4_ADDRESS":"10.0.0.2","INPUT_SNMP":3,"OUTPUT_SNMP":4,"OBSERVATION_POINT_ID":5,
		"L7_PROTO_RISK":18446744073709551615,"SRC_TOS":8,"DIRECTION":1,"FLOW_VERDICT":2,"UNKNOWN_THING":"x","FLOW_END_REASON":"idle",
		"CLIENT_NW_LATENCY_MS":1.5,"FLOW_SOURCE":2,"SRC_AS":64512,"IPV4_SRC_MASK":24,"json":"{\"FAR\":7}"}]`)
	if len(r.flows) != 1 {
		t.Fatalf("%d flows, log %q", len(r.flows), r.lines)
	}
	n := r.flows[0]
	if n.Src != addr("192.168.1.10") || n.Dst != addr("8.8.8.8") || n.SrcPort != 40000 || n.DstPort != 53 || n.Proto != 17 || n.VLAN != 12 ||
		n.SrcMAC != (mac.Addr{2, 0, 0, 0, 0, 1}) {
		t.Errorf("ends %+v", n)
	}
	if n.Up.Traffic != (counters.Traffic{Packets: 2, Bytes: 100}) || n.Down.Traffic != (counters.Traffic{Packets: 3, Bytes: 300}) || n.Absolute || n.Up.TOS != 8 {
		t.Errorf("traffic %+v %+v", n.Up, n.Down)
	}
	if n.First != 1699999990e9 || n.Last != 1699999995e9 || n.Arrived != clock.UnixNano() || n.ClientLatency != 1.5e6 || n.Direction != flow.DirectionEgress {
		t.Errorf("times %d %d %d %d, direction %d", n.First, n.Last, n.Arrived, n.ClientLatency, n.Direction)
	}
	if n.Result.Master != 5 || n.Result.App != 126 || n.Result.Risks != ^uint64(0) || n.Meta.DNSQuery != "www.google.com" || n.Meta.HostName != "www.google.com" ||
		!n.Meta.DNSHasReply || n.Meta.DNSQueryType != 1 {
		t.Errorf("protocol %+v %+v", n.Result, n.Meta)
	}
	want := flow.Origin{Exporter: addr("10.0.0.1"), Probe: addr("10.0.0.2"), In: 3, Out: 4, ObsPoint: 5, Verdict: 2, EndReason: "idle", Source: 2,
		SrcAS: 64512, More: `{"FAR":"7","IPV4_SRC_MASK":24,"UNKNOWN_THING":"x"}`}
	if !reflect.DeepEqual(n.Origin, want) {
		t.Errorf("origin %+v\nwant   %+v", n.Origin, want)
	}
}

// TestEnds looks at who is taken for the client, and at what is refused.
func TestEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ fields, want string }{
		"as sent":               {`"7":40000,"11":443,"4":6`, "1.1.1.1:40000 2.2.2.2:443 false"},
		"server first":          {`"7":443,"11":40000,"4":6`, "2.2.2.2:40000 1.1.1.1:443 true"},
		"client's SYN":          {`"7":443,"11":40000,"4":6,"CLIENT_TCP_FLAGS":2`, "1.1.1.1:443 2.2.2.2:40000 false"},
		"UDP":                   {`"7":53,"11":40000,"4":17`, "1.1.1.1:53 2.2.2.2:40000 false"},
		"ICMP with type":        {`"7":0,"11":2048,"4":1`, "1.1.1.1:0 2.2.2.2:0 false"},
		"translated, not asked": {`"7":40000,"11":443,"4":6,"POST_NAT_SRC_IPV4_ADDR":"9.9.9.9","227":5`, "1.1.1.1:40000 2.2.2.2:443 false"},
		"number as address":     {`"7":40000,"11":443,"4":6,"27":"::"`, "1.1.1.1:40000 2.2.2.2:443 false"},
	} {
		r := newRig()
		r.json("flow", `{"8":16843009,"12":"2.2.2.2",`+c.fields+`}`)
		if len(r.flows) != 1 {
			t.Errorf("%s: %d flows", name, len(r.flows))
			continue
		}
		n := r.flows[0]
		if got := fmt.Sprintf("%s:%d %s:%d %t", n.Src, n.SrcPort, n.Dst, n.DstPort, n.Swapped); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	r := newRig()
	r.opts = Options{TranslatedSource: true, TranslatedDestination: true}
	r.json("flow", `{"8":"1.1.1.1","12":"2.2.2.2","7":40000,"11":443,"4":6,"225":"9.9.9.9","227":50000,"226":"8.8.4.4","228":8443}`)
	r.json("flow", `{"8":"1.1.1.1","28":"::","4":6}`)
	r.json("flow", `{"8":"1.1.1.1","28":"2001:db8::1","4":6}`)
	r.json("flow", `{"4":6}`)
	if len(r.flows) != 2 || r.flows[0].Src != addr("9.9.9.9") || r.flows[0].SrcPort != 50000 || r.flows[0].Dst != addr("8.8.4.4") || r.flows[0].DstPort != 8443 ||
		r.flows[0].Origin.PreNAT[1] != netip.MustParseAddrPort("2.2.2.2:443") || r.flows[0].Origin.PostNAT[0] != netip.MustParseAddrPort("9.9.9.9:50000") ||
		r.flows[1].Dst != addr("0.0.0.0") {
		t.Errorf("%+v", r.flows)
	}
	if s, _ := r.Stats(); s.Flows != 2 || s.DroppedFlows != 2 {
		t.Errorf("%+v", s)
	}
}

func TestBinaryFlow(t *testing.T) {
	t.Parallel()
	var b TLV
	for _, src := range []string{"10.0.0.5", "10.0.0.6"} {
		b.String(Field{0, 8}, src)
		b.String(Field{0, 12}, "10.0.0.7")
		b.Uint(Field{0, 7}, 50000)
		b.Uint(Field{0, 11}, 80)
		b.Uint(Field{0, 4}, 6)
		b.Uint(Field{0, initBytes}, 1<<33)
		b.Uint(Field{0, initPackets}, 1<<20)
		b.Float(ntop(appLatency), 2.5)
		b.String(ntop(l7Proto), "7")
		b.String(ntop(httpSite), "example.com")
		b.Uint(Field{0, 999}, 5)
		b.End()
	}
	r := newRig()
	r.Handle(0, zmq.Envelope{Topic: "flow", TLV: true, Body: b.Bytes()})
	r.Handle(0, zmq.Envelope{Topic: "flow", TLV: true, Body: b.Bytes()[:len(b.Bytes())-3]})
	r.Handle(0, zmq.Envelope{Topic: "flow", TLV: true, Body: []byte{2, 1}})
	if len(r.flows) != 4 || len(r.lines) != 1 {
		t.Fatalf("%d flows, log %q", len(r.flows), r.lines)
	}
	n := r.flows[1]
	if n.Src != addr("10.0.0.6") || n.DstPort != 80 || !n.Absolute || n.Up.Bytes != 1<<33 || n.Up.Packets != 1<<20 || n.AppLatency != 2.5e6 ||
		n.Result.App != 7 || n.Meta.HostName != "example.com" || n.Origin.More != `{"999":5}` || n.First != clock.UnixNano() {
		t.Errorf("%+v", n)
	}
}

// TestBinaryTypes reads each type of the serialization from bytes written by hand.
func TestBinaryTypes(t *testing.T) {
	t.Parallel()
	b := []byte{1, 1,
		0x22, 1, 200, // uint8
		0x23, 2, 1, 0, // uint16
		0x34, 1, 0, 0, 1, 0, 0, // key uint16, uint32
		0x45, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, // key uint32, uint64
		0x26, 3, 0xff, // int8
		0x27, 4, 0xff, 0xfe, // int16
		0x28, 5, 0xff, 0xff, 0xff, 0xfd, // int32
		0x29, 6, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfc, // int64
		0x2a, 7, 0, 0, 0xc0, 0x3f, // float 1.5
		0xbb, 0, 1, 'k', 0, 2, 'v', 'w', // text, text
		0x01}
	var got []string
	if err := eachRecord(b, func(items []item) {
		for _, it := range items {
			got = append(got, fmt.Sprint(it.id, it.name, "=", it.value.json()))
		}
	}); err != nil {
		t.Fatal(err)
	}
	want := "1=200 2=256 256=65536 65536=5 3=-1 4=-2 5=-3 6=-4 7=1.5 0k=vw"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("%s\nwant %s", s, want)
	}
}

func TestAgent(t *testing.T) {
	t.Parallel()
	r := newRig()
	r.json("flow", `{"timestamp":"1700000000.5","IPV4_LOCAL_ADDR":"10.0.0.5","IPV4_REMOTE_ADDR":"10.0.0.9","L4_LOCAL_PORT":22,"L4_REMOTE_PORT":50000,
		"PROTOCOL":6,"INTERFACE_NAME":"eth0","LOCAL_PROCESS":{"PID":10,"UID":1,"UID_NAME":"root","GID":2,"VM_SIZE":100,"VM_PEAK":200,"PROCESS_PATH":"/usr/sbin/sshd"},
		"LOCAL_FATHER_PROCESS":{"PID":1,"UID":0,"UID_NAME":"root","GID":0,"PROCESS_PATH":"/sbin/init"},
		"LOCAL_CONTAINER":{"ID":"abc","K8S":{"NAME":"n","POD":"p","NS":"s"}},"TCP_EVENT_TYPE":"CONNECT",
		"TCP":{"RTT":1.5,"RTT_VARIANCE":0.5,"BYTES_RCVD":1000,"BYTES_ACKED":500,"SEGS_IN":3,"SEGS_OUT":2}}`)
	r.json("flow", `{"IPV4_SRC_ADDR":"10.0.0.5","IPV4_DST_ADDR":"10.0.0.9","PROTOCOL":6,"SRC_PROC_PID":7,"SRC_PROC_NAME":"curl","SRC_PROC_UID":5,
		"DST_PROC_PID":0,"DST_PROC_NAME":"","DST_PROC_CONTAINER_ID":"web"}`)
	if len(r.flows) != 2 || !r.HasAgents() {
		t.Fatalf("%d flows, log %q", len(r.flows), r.lines)
	}
	n := r.flows[0]
	o := n.Origin
	if n.Src != addr("10.0.0.5") || n.SrcPort != 22 || n.Swapped || !n.Absolute || n.Up.Bytes != 500 || n.Down.Packets != 3 || n.First != 1700000000e9 {
		t.Errorf("%+v", n)
	}
	if p := o.Client.Process; p == nil || *p != (flow.Process{PID: 10, UID: 1, GID: 2, Name: "/usr/sbin/sshd", User: "root", Memory: 100, PeakMemory: 200,
		ParentPID: 1, ParentName: "/sbin/init", ParentUser: "root"}) {
		t.Errorf("process %+v", p)
	}
	if c := o.Client.Container; c == nil || *c != (flow.Container{ID: "abc", Name: "n", Kubernetes: true, Pod: "p", Namespace: "s"}) {
		t.Errorf("container %+v", c)
	}
	if !o.HasAgent || !o.HasTCPInfo || o.Client.TCP.RTT != 1.5 || o.Interface != "eth0" {
		t.Errorf("origin %+v", o)
	}
	o = r.flows[1].Origin
	if o.Client.Process == nil || o.Client.Process.Name != "curl" || o.Client.Process.PID != 7 || o.Server.Process != nil ||
		o.Server.Container == nil || o.Server.Container.ID != "web" {
		t.Errorf("origin %+v", o)
	}
}

const event = `{"bytes":1000,"packets":10,"packet_drops":1,"mode":"packet","iface":{"name":"eth0","speed":1000,"ip":"10.0.0.2"},
	"probe":{"ip":"10.0.0.2","public_ip":"1.2.3.4","uuid":"U","unique_source_id":77,"version":"10","osname":"Linux","license":"L","edition":"E","maintenance":"M"},
	"time":1699999999,"avg":{"bps":800,"pps":2},"timeout":{"lifetime":120,"idle":30,"collected_lifetime":60},
	"drops":{"export_queue_full":1,"too_many_flows":2,"elk_flow_drops":3,"sflow_pkt_sample_drops":4,"flow_collection_drops":5,"flow_collection_udp_socket_drops":6},
	"flow_collection":{"nf_ipfix_flows":7,"collection_port":2055,"sflow_samples":8,"exporters":{"10.1.1.1":{"time_last_flow":9,"num_sflow_flows":10,
	"num_netflow_ipfix_flows":11,"num_drops":12,"unique_source_id":13},"nonsense":{}}},"zmq":{"num_flow_exports":50,"num_zmq_exporters":1}}`

func TestEvent(t *testing.T) {
	t.Parallel()
	r := newRig()
	r.Handle(0, zmq.Envelope{Topic: "event", Source: 3, ID: 1, Body: []byte(event)})
	list, before := r.Probes()
	if len(list) != 1 || before != 50 || !r.Sampled() || r.ActiveProbes() != 1 {
		t.Fatalf("%+v %d", list, before)
	}
	want := Probe{Source: 3, LastUpdate: clock.Unix(), Interface: "eth0", InterfaceIP: "10.0.0.2", SpeedMbit: 1000, IP: "10.0.0.2", PublicIP: "1.2.3.4", UUID: "U",
		UUIDNumber: 77, Version: "10", OS: "Linux", License: "L", Edition: "E", Maintenance: "M", Mode: "packet", Bytes: 1000, Packets: 10, Drops: 1, AvgBps: 800,
		AvgPps: 2, RemoteTime: clock.Unix(), LocalTime: clock.Unix(), Lifetime: 120, Idle: 60, CollectedLifetime: 60, QueueFull: 1, TooManyFlows: 2, ElasticDrops: 3,
		SFlowDrops: 4, CollectionDrops: 5, SocketDrops: 6, NetFlows: 7, CollectionPort: 2055, SFlowSamples: 8, FlowsExported: 50, NumExporters: 1,
		Exporters: map[netip.Addr]Exporter{addr("10.1.1.1"): {LastUsed: 9, SFlows: 10, NetFlows: 11, Drops: 12, SourceID: 13}}}
	if !reflect.DeepEqual(list[0], want) {
		t.Errorf("%+v\nwant %+v", list[0], want)
	}
	if r.idle != 70*time.Second {
		t.Errorf("flows are idle after %v", r.idle)
	}
	// A clock that differs is told once the first seconds are over.
	r.now = clock.Add(time.Minute)
	r.Handle(0, zmq.Envelope{Topic: "event", Source: 4, ID: 1, Body: []byte(event)})
	if list, _ := r.Probes(); len(list) != 2 || list[1].RemoteTime != 1699999999 || len(r.lines) != 1 || !strings.Contains(r.lines[0], "61 seconds") {
		t.Errorf("%+v, log %q", list, r.lines)
	}
	r.now = clock.Add(time.Hour)
	r.Handle(0, zmq.Envelope{Topic: "event", Source: 4, ID: 2, Body: []byte(event)})
	if list, _ := r.Probes(); len(list) != 1 || r.ActiveProbes() != 1 {
		t.Errorf("old probes stay: %+v", list)
	}
}

func TestLostMessages(t *testing.T) {
	t.Parallel()
	r := newRig()
	for _, m := range []struct{ source, id uint32 }{{1, 5}, {1, 6}, {2, 1}, {1, 10}, {2, 2}, {1, 2}, {1, 3}, {1, 5}} {
		r.Handle(0, zmq.Envelope{Topic: "hello", Source: m.source, ID: m.id})
	}
	r.Refuse(fmt.Errorf("odd"))
	all, since := r.Stats()
	if all.Messages != 8 || all.LostMessages != 4 || all.Hellos != 8 || all.Refused != 1 || since != all {
		t.Errorf("%+v %+v", all, since)
	}
	r.Reset(true)
	if _, since = r.Stats(); since.LostMessages != 0 || since.Messages != 8 {
		t.Errorf("after the drops' reset %+v", since)
	}
	r.Reset(false)
	if _, since = r.Stats(); since != (Stats{}) {
		t.Errorf("after the reset %+v", since)
	}
}

func TestCounters(t *testing.T) {
	t.Parallel()
	r := newRig()
	text := `{"deviceIP":167772161,"samplesGenerated":%d,"ifIndex":3,"ifName":"ge-0","ifType":6,"ifSpeed":1000000000,"ifDirection":"Full","ifAdminStatus":"Up",
		"ifOperStatus":"Down","ifInOctets":%d,"ifInPackets":2,"ifInErrors":3,"ifOutOctets":4,"ifOutPackets":5,"ifOutErrors":6,"ifPromiscuousMode":1,
		"HOST_CONTAINER":{"ID":"c","DOCKER":{"NAME":"web"}}}`
	r.json("counter", fmt.Sprintf(text, 9, 1))
	r.json("counter", fmt.Sprintf(text, 9, 10))
	var b TLV
	b.String(Field{0, counterDevice}, "10.0.0.1")
	b.Uint(Field{0, counterIndex}, 4)
	b.Uint(Field{0, counterOutOctets}, 1<<40)
	b.End()
	r.Handle(0, zmq.Envelope{Topic: "counter", TLV: true, Body: b.Bytes()})
	list := r.Devices()
	if len(list) != 2 || list[1].Index != 4 || list[1].OutOctets != 1<<40 {
		t.Fatalf("%+v", list)
	}
	c := list[0]
	if c.Container == nil || c.Container.Name != "web" || !c.Container.Docker {
		t.Errorf("container %+v", c.Container)
	}
	c.Container = nil
	want := Counters{Device: addr("10.0.0.1"), Samples: 9, Index: 3, Type: 6, Name: "ge-0", Speed: 1e9, FullDuplex: true, AdminUp: true, Promisc: true,
		InOctets: 11, InPackets: 4, InErrors: 6, OutOctets: 8, OutPackets: 10, OutErrors: 12}
	if c != want {
		t.Errorf("%+v\nwant %+v", c, want)
	}
	r.json("counter", fmt.Sprintf(text, 10, 100))
	if c := r.Devices()[0]; c.InOctets != 100 {
		t.Errorf("a later sample: %+v", c)
	}
}

func TestTemplatesAndMaps(t *testing.T) {
	t.Parallel()
	r := newRig()
	r.json("template", `[{"PEN":0,"field":1,"len":4,"format":"formatted_uint","name":"IN_BYTES","descr":"Incoming flow bytes (src->dst)"},
		{"PEN":35632,"field":58000,"name":"MY_FIELD","descr":"Mine"}]`)
	r.json("option", `{"PEN":8741,"field":22,"value":3,"map":{"name":"Winni"}}`)
	r.json("snmp-ifaces", `{"10.0.0.1":{"1":"ge-0"}}`)
	r.json("listening-ports", `{"listening-ports":{"tcp4":[{"port":22,"proc":"/usr/sbin/sshd","pkg":"openssh"}],"udp6":[{"port":53}]},"ip-addresses":["10.0.0.5","x"]}`)
	if f, ok := r.Names().Find("MY_FIELD"); !ok || f != (Field{35632, 58000}) {
		t.Errorf("%v %t", f, ok)
	}
	if d, ok := r.Names().Describe(Field{0, 1}); !ok || d != (Description{"Incoming flow bytes (src->dst)", true}) {
		t.Errorf("%v %t", d, ok)
	}
	if d := r.Names().Descriptions(); len(d) != 2 || d[Field{35632, 58000}].Native {
		t.Errorf("%v", d)
	}
	if r.store["8741.22 3"] != `{"name":"Winni"}` || r.store["names 10.0.0.1"] != `{"1":"ge-0"}` {
		t.Errorf("%v", r.store)
	}
	if p, ok := r.Listening(addr("10.0.0.5")); !ok || p.TCP4[22] != (ListeningPort{"/usr/sbin/sshd", "openssh"}) || len(p.UDP6) != 1 {
		t.Errorf("%+v", p)
	}
	for _, key := range []string{"35632.57590", "12", "L7_PROTO"} {
		if _, ok := r.Names().Find(key); !ok {
			t.Errorf("%s is not found", key)
		}
	}
	for _, key := range []string{"", "1.x", "NOBODY", "."} {
		if f, ok := r.Names().Find(key); ok {
			t.Errorf("%q is %v", key, f)
		}
	}
}

func TestNonsense(t *testing.T) {
	t.Parallel()
	r := newRig()
	for _, topic := range []string{"flow", "event", "counter", "template", "option", "hello", "listening-ports", "snmp-ifaces", "message", ""} {
		for _, text := range []string{"", "{", "[]", "7", "null", `"x"`, "[7]"} {
			r.json(topic, text)
		}
	}
	if len(r.flows) != 0 || len(r.lines) != 7 {
		t.Errorf("%d flows, %d lines: %q", len(r.flows), len(r.lines), r.lines)
	}
}

func FuzzHandle(f *testing.F) {
	f.Add("flow", []byte(`{"8":"1.1.1.1","12":"2.2.2.2","L7_PROTO":"7.5","TCP":{"RTT":1}}`), false)
	f.Add("event", []byte(event), false)
	var b TLV
	b.String(Field{0, 8}, "10.0.0.1")
	b.Float(ntop(clientLatency), 1)
	b.End()
	f.Add("flow", b.Bytes(), true)
	f.Add("counter", b.Bytes(), true)
	f.Add("template", []byte(`[{"name":"A","PEN":1,"field":2,"descr":"x"}]`), false)
	f.Add("listening-ports", []byte(`{"listening-ports":{"tcp4":[{"port":22}]},"ip-addresses":["::1"]}`), false)
	f.Fuzz(func(t *testing.T, topic string, body []byte, binary bool) {
		r := newRig()
		r.Handle(0, zmq.Envelope{Topic: topic, TLV: binary, Body: body})
		for _, n := range r.flows {
			if n.Src.Is4() != n.Dst.Is4() || n.First > n.Last {
				t.Errorf("%+v", n)
			}
		}
	})
}
