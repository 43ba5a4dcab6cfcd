package bindings

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/iface"
)

// frames writes a capture of what fill adds and gives the world an interface
// that has read it.
func (w *world) frames(fill func(p *trace)) *iface.Interface {
	w.t.Helper()
	var buf bytes.Buffer
	out, err := capture.NewWriter(&buf, decode.LinkEthernet, false, 65535)
	if err != nil {
		w.t.Fatal(err)
	}
	fill(&trace{t: w.t, w: out})
	file := filepath.Join(w.t.TempDir(), "more.pcap")
	if err := os.WriteFile(file, buf.Bytes(), 0o600); err != nil {
		w.t.Fatal(err)
	}
	i := readFile(w.t, file, w.env.DPI, w.env.Nets, w.env.Geo, w.env.Prepare)
	w.env.Ifaces = []*iface.Interface{i}
	return i
}

// pause lets time pass; the frames of a trace are 10 ms apart.
func (p *trace) pause(d time.Duration) { p.n += int(d / (10 * time.Millisecond)) }

// syslog is a message of its own flow.
func (p *trace) syslog(sport uint16) {
	p.t.Helper()
	p.frame(clientMAC, serverMAC, packet(p.t, clientIP, serverIP, &layers.UDP{SrcPort: layers.UDPPort(sport), DstPort: 514},
		"<34>Oct 11 22:14:15 host su: 'su root' failed on /dev/pts/8"))
}

func TestServiceMap(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026, func(s *setup) {
		s.members = [][2]string{{"ntopng.prefs.host_pools.pool_ids", "2"}, {"ntopng.prefs.host_pools.members.2", serverIP}}
	})
	for _, c := range []struct{ name, code, want string }{
		{"rows", `local m = interface.serviceMap() local r = m[1] p(#m, r.client, r.server, r.server_port, r.l4_proto, r.l7_proto, r.l7_proto_id, r.vlan_id,
			r.num_uses, r.first_seen, r.last_seen, r.info, r.service_acceptance, type(r.hash_id))`,
			"1 192.168.1.10 192.168.1.20 80 6 HTTP 7 0 1 1735787045 1735787045 intranet.example.com/ 0 string;"},
		{"filters", `p(#interface.serviceMap("192.168.1.20"), #interface.serviceMap("192.168.1.99"), #interface.serviceMap("02:00:02:00:00:14"),
			#interface.serviceMap("02:00:00:00:00:99"), #interface.serviceMap("nobody"))
			p(#interface.serviceMap(nil, 5), #interface.serviceMap(nil, 0, 2), #interface.serviceMap(nil, 0, 9), #interface.serviceMap(nil, nil, nil, true),
			#interface.serviceMap(nil, nil, nil, nil, 1735787045), #interface.serviceMap(nil, nil, nil, nil, 1735787046))
			p(#interface.serviceMap(nil, nil, nil, nil, nil, "HTTP"), #interface.serviceMap(nil, nil, nil, nil, nil, "DNS"), #interface.serviceMap(nil, nil, nil, nil, nil, "no such"))
			p(#interface.serviceMap(nil, nil, nil, nil, nil, nil, 0), #interface.serviceMap(nil, nil, nil, nil, nil, nil, 1))
			p(#interface.serviceMap(nil, nil, nil, nil, nil, nil, nil, 0), #interface.serviceMap(nil, nil, nil, nil, nil, nil, nil, 1))
			p(#interface.serviceMap(nil, nil, nil, nil, nil, nil, nil, nil, 1), #interface.serviceMap(nil, nil, nil, nil, nil, nil, nil, nil, 3))
			p(#interface.serviceMap(nil, nil, nil, nil, nil, nil, nil, nil, nil, "168.1.2"), #interface.serviceMap(nil, nil, nil, nil, nil, nil, nil, nil, nil, "zzz"))
			p(#interface.serviceMap(nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, 0), #interface.serviceMap(nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, 5, 1))`,
			"1 0 1 0 0;0 1 0 1 1 0;1 0 0;1 0;1 0;1 0;1 0;0 0;"},
		{"wrong arguments", `p(#interface.serviceMap({}, "x", {}, 1, "x", 5, "x", "x", "x", {}, "x", "x", "x", "x", "x"))`, "1;"},
		{"hosts", `local m = interface.serviceMap(nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, 10, 1, false) p(#m, m[1], m[2].host)`,
			"2 {host=192.168.1.20 in_edges=1 out_edges=0 total_edges=1 vlan_id=0} 192.168.1.10;"},
		{"menu", `p(interface.serviceMapFilterList())`, "{host_pool_id={0=1 2=1} l7_proto={HTTP=1} vlan_id={0=1}};"},
		{"learning", `p(interface.serviceMapLearningStatus())`, "{service_map_learning_status=true};"},
		{"one status", `local id = interface.serviceMap()[1].hash_id
			p(interface.serviceMapSetStatus(id, 1), interface.serviceMap()[1].service_acceptance, interface.serviceMapSetStatus("7", 1), interface.serviceMapSetStatus(id, 9),
			interface.serviceMapSetStatus("x", 1), interface.serviceMapSetStatus(5, 1), interface.serviceMapSetStatus(id, "x"))`, "true 1 false false false nil nil;"},
		{"statuses", `p(interface.serviceMapSetMultipleStatus("HTTP", 1, 2), interface.serviceMap()[1].service_acceptance)
			p(interface.serviceMapSetMultipleStatus("HTTP", 1, 0), interface.serviceMap()[1].service_acceptance)
			p(interface.serviceMapSetMultipleStatus("DNS", nil, 0), interface.serviceMap()[1].service_acceptance)
			p(interface.serviceMapSetMultipleStatus(nil, nil, 0), interface.serviceMap()[1].service_acceptance)
			p(interface.serviceMapSetMultipleStatus("no such", nil, 0), interface.serviceMapSetMultipleStatus({}, {}, 77))`, "true 2;true 2;true 2;true 0;false false;"},
		{"pages", `p(interface.isBehaviourAnalysisAvailable())`, "false;"},
	} {
		w.check(c.name, c.code, c.want)
	}
	w.check("others' hosts", `p(#interface.serviceMap(), interface.flushServiceMap(), interface.serviceMapSetMultipleStatus(nil, nil, 1))`, "0 nil false;", narrowUser)
	w.check("the system has none", `p(interface.serviceMap(), interface.serviceMapFilterList(), interface.serviceMapLearningStatus(), interface.flushServiceMap())`, "nil nil {} nil;",
		func(c *Context) { c.Select(SystemID) })
	w.check("learning ends at once", `ntop.setPref("ntopng.prefs.behaviour_analysis_learning_period", "0") ntop.reloadPreferences() p(interface.serviceMapLearningStatus())`,
		"{service_map_learning_status=false};")
	w.check("flush", `interface.flushServiceMap("x") p(#interface.serviceMap())`, "0;")
}

// A tree with the page of the maps is told that they are there.
func TestMapsAreAvailableWithTheirPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.env.Layout.ScriptsDir = t.TempDir()
	page := filepath.Join(w.env.Layout.ScriptsDir, mapPage)
	if err := os.MkdirAll(filepath.Dir(page), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(page, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.check("available", `p(interface.isBehaviourAnalysisAvailable("x"))`, "true;")
}

func TestPeriodicityMap(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("nothing yet", `p(interface.periodicityMap(), interface.periodicityMapFilterList())`, "{} {host_pool_id={} l7_proto={} vlan_id={}};")
	w.frames(func(p *trace) {
		for n := range 5 {
			p.syslog(uint16(41000 + n))
			p.pause(30 * time.Second)
		}
	})
	for _, c := range []struct{ name, code, want string }{
		{"rows", `local m = interface.periodicityMap() local r = m[1] p(#m, r.client, r.server, r.server_port, r.l7_proto, r.frequency, r.num_periodic_loops_accounted, r.last_seen - r.first_seen)`,
			"1 192.168.1.10 192.168.1.20 514 Syslog 30 4 120;"},
		{"filtered", `p(#interface.periodicityMap("192.168.1.20"), #interface.periodicityMap("8.8.8.8"), #interface.periodicityMap({}, {}, {}), #interface.periodicityMap(nil, nil, nil, nil, nil, "HTTP"))`, "1 0 1 0;"},
		{"menu", `p(interface.periodicityMapFilterList())`, "{host_pool_id={0=1} l7_proto={Syslog=1} vlan_id={0=1}};"},
		{"services too", `local m = interface.serviceMap() p(#m, m[1].num_uses)`, "1 5;"},
		{"flush", `p(interface.flushPeriodicityMap("x"), #interface.periodicityMap())`, "nil 0;"},
	} {
		w.check(c.name, c.code, c.want)
	}
}
