package bindings

import (
	"bytes"
	"crypto/tls"
	"net"
	"net/netip"
	"os"
	"testing"

	"github.com/google/gopacket/layers"

	"ntopgo/compat/lua"
	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/host"
	"ntopgo/engine/iface"
)

// readTrace lets the world's interface have read other frames.
func (w *world) readTrace(build func(p *trace)) {
	w.t.Helper()
	var buf bytes.Buffer
	out, err := capture.NewWriter(&buf, decode.LinkEthernet, false, 65535)
	if err != nil {
		w.t.Fatal(err)
	}
	build(&trace{t: w.t, w: out})
	if err := os.WriteFile(w.file, buf.Bytes(), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.env.Ifaces = []*iface.Interface{readFile(w.t, w.file, w.env.DPI, w.env.Nets, nil, w.env.Prepare)}
}

// say is a connection from the client to the web server in which first the
// client and then the server says something.
func (p *trace) say(sport, dport uint16, client, server string) {
	p.t.Helper()
	segment := func(up bool, seq, ack uint32, syn, isAck bool, data string) {
		l := &layers.TCP{SrcPort: layers.TCPPort(sport), DstPort: layers.TCPPort(dport), Seq: seq, Ack: ack, SYN: syn, ACK: isAck,
			PSH: data != "", Window: 65535}
		if up {
			p.frame(clientMAC, routerMAC, packet(p.t, clientIP, webIP, l, data))
			return
		}
		l.SrcPort, l.DstPort = l.DstPort, l.SrcPort
		p.frame(routerMAC, clientMAC, packet(p.t, webIP, clientIP, l, data))
	}
	segment(true, 100, 0, true, false, "")
	segment(false, 900, 101, true, true, "")
	segment(true, 101, 901, false, true, client)
	segment(false, 901, 101+uint32(len(client)), false, true, server)
	segment(true, 101+uint32(len(client)), 901+uint32(len(server)), false, true, "")
}

// clientHello is what a TLS client says first.
func clientHello(t *testing.T, name string) string {
	t.Helper()
	ours, theirs := net.Pipe()
	go func() {
		_ = tls.Client(theirs, &tls.Config{ServerName: name, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"}}).Handshake()
		_ = theirs.Close()
	}()
	defer ours.Close()
	buf := make([]byte, 16<<10)
	n, err := ours.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

// What SSH and TLS connections tell, to scripts about flows and in listings.
func TestEncryptedFlows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	w.readTrace(func(p *trace) {
		p.say(41000, 22, "SSH-2.0-OpenSSH_9.6\r\n", "SSH-2.0-dropbear_2022.83\r\n")
		p.say(41001, 443, clientHello(t, "secret.example.org"), "")
	})
	w.check("SSH", `p(flow.ssh()["protos.ssh.client_signature"], flow.ssh()["protos.ssh.server_signature"], flow.l7_proto_name())`,
		"SSH-2.0-OpenSSH_9.6 SSH-2.0-dropbear_2022.83 SSH;", w.theFlow(22))
	w.check("TLS", `local t = flow.tls_quic() p(t["protos.tls.client_requested_server_name"], #t["protos.tls.ja4.client_hash"], flow.l7_proto_name())`,
		"secret.example.org 36 TLS;", w.theFlow(443))
	w.check("in the listing", `p(interface.findFlowByTuple("192.168.1.10", "203.0.113.5", 0, 41001, 443, 6)["protos.tls.client_requested_server_name"])`, "secret.example.org;")
}

// A host that is only sent to has its own listings.
func TestSilentHosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.readTrace(func(p *trace) {
		for n := range 3 {
			p.frame(clientMAC, serverMAC, packet(t, clientIP, serverIP, &layers.TCP{SrcPort: 42000, DstPort: 81, Seq: 1, SYN: true, Window: 1}, ""))
			p.frame(clientMAC, routerMAC, packet(t, clientIP, dnsIP, &layers.UDP{SrcPort: layers.UDPPort(42001 + n), DstPort: 9}, "x"))
		}
	})
	w.check("listed", `local function names(t) local out = {} for k in pairs(t) do out[#out + 1] = k end table.sort(out) return out end
p(interface.getRxOnlyHostsList(true), names(interface.getLocalHostsInfoNoTX().hosts), names(interface.getRemoteHostsInfoNoTX().hosts))
p(interface.getNumLocalRxOnlyHosts(), interface.getFlowsStatus().SYN)`,
		"{} {1=192.168.1.20} {1=8.8.8.8};1 1;")
	for a, asClient := range map[string]bool{clientIP: true, dnsIP: false} { // as flows do that end
		i := w.env.Interfaces()[0]
		i.Host(host.Key{Addr: netip.MustParseAddr(a)}).Update(func(d *host.Data) { d.Contacted().NoAnswer(netip.MustParseAddr(dnsIP), 9, asClient) })
	}
	w.check("asked in vain", `p(interface.getRxOnlyHostsList(true), interface.getRxOnlyHostsList(true, true))
p(interface.getRxOnlyHostsList(false), interface.getRxOnlyHostsList(false, true))`,
		"{192.168.1.10={tcp_num_contacted_peers_as_client=1 tcp_num_peers_contacts_rcvd_as_server=0 tcp_num_ports_contacted_as_client=0}} {192.168.1.10={tcp_num_contacted_peers_as_client=1 tcp_num_peers_contacts_rcvd_as_server=0 tcp_num_ports_contacted_as_client=0}};"+
			"{8.8.8.8={tcp_num_contacted_peers_as_client=0 tcp_num_peers_contacts_rcvd_as_server=1 tcp_num_ports_contacted_as_client=1}} {};")
}

func TestPeriodicActivities(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.env.Periodic = func(ifid int) *lua.Table {
		return lua.NewTable(1).Set("5second.lua", lua.NewTable(1).Set("ifid", ifid))
	}
	w.check("of the interface", `p(interface.getPeriodicActivitiesStats())`, "{5second.lua={ifid=0}};")
}

// What tells programs on a local host apart is shown when that is turned on.
func TestFingerprintsOfHosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.readTrace(func(p *trace) {
		p.say(41001, 443, clientHello(t, "one.example.org"), "")
		p.say(41002, 443, clientHello(t, "two.example.org"), "")
	})
	w.check("off", `p(interface.getHostInfo("192.168.1.10").ja4_fingerprint)`, "nil;")
	w.check("on", `ntop.setPref("ntopng.prefs.fingerprint_stats", "1") local h = interface.getHostInfo("192.168.1.10")
		for print, use in pairs(h.ja4_fingerprint) do p(#print, use.num_uses, use.is_malicious, use.app_name) end p(h.hassh_fingerprint)
		p(interface.getHostInfo("203.0.113.5").ja4_fingerprint)`, "36 2 false ;{};nil;")
	w.check("reset", `interface.resetHostStats("192.168.1.10") p(interface.getHostInfo("192.168.1.10").ja4_fingerprint)`, "{};")
}
