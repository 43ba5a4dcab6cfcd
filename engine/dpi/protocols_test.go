package dpi

import (
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"ntopgo/engine/decode"
)

const (
	tcp = decode.ProtoTCP
	udp = decode.ProtoUDP
)

func dnsQuestion(t testing.TB, name string, answer bool) string {
	t.Helper()
	q := dnsmessage.Question{Name: dnsmessage.MustNewName(name), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: 7, RecursionDesired: true, Response: answer}, Questions: []dnsmessage.Question{q}}
	if answer {
		m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 60}, Body: &dnsmessage.AResource{A: [4]byte{192, 0, 2, 9}}}}
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func pad(s string, n int) string { return s + strings.Repeat("\x00", max(0, n-len(s))) }

// says is one payload of a scripted conversation; "> " is the client.
type line struct {
	client bool
	text   string
}

func c2s(s string) line { return line{true, s} }
func s2c(s string) line { return line{false, s} }

// conversations are short exchanges in the words of the protocols' documents,
// each on its own port and on one that says nothing (0: only on its own).
func conversations(t testing.TB) []struct {
	name  string
	proto uint8
	port  uint16
	any   bool
	lines []line
	want  string
} {
	query := dnsQuestion(t, "www.example.org.", false)
	dhcp := pad("\x01\x01\x06\x00", 236) + "\x63\x82\x53\x63" + "\x0c\x06laptop" + "\x37\x03\x01\x03\x06" + "\xff"
	stun := "\x00\x01\x00\x00\x21\x12\xa4\x42abcdefghijkl"
	return []struct {
		name  string
		proto uint8
		port  uint16
		any   bool
		lines []line
		want  string
	}{
		{"HTTP", tcp, 80, true, []line{c2s("GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"), s2c("HTTP/1.1 200 OK\r\n\r\n")}, "HTTP"},
		{"HTTP application", tcp, 80, true, []line{c2s("GET / HTTP/1.1\r\nHost: www.youtube.com\r\n\r\n")}, "HTTP.YouTube"},
		{"HTTP in pieces", tcp, 80, true, []line{c2s("GE"), c2s("T / HT"), c2s("TP/1.1\r\nHost: www.youtube.com\r\n"), c2s("\r\n")}, "HTTP.YouTube"},
		{"HTTP CONNECT", tcp, 3128, true, []line{c2s("CONNECT www.youtube.com:443 HTTP/1.1\r\n\r\n")}, "HTTP_Connect.YouTube"},
		{"HTTP proxy", tcp, 3128, true, []line{c2s("GET http://www.youtube.com/ HTTP/1.1\r\nHost: www.youtube.com\r\n\r\n")}, "HTTP_Proxy.YouTube"},
		{"HTTP/2", tcp, 80, true, []line{c2s("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")}, "HTTP2"},
		{"DNS", udp, 53, false, []line{c2s(query), s2c(dnsQuestion(t, "www.example.org.", true))}, "DNS"},
		{"DNS application", udp, 53, false, []line{c2s(dnsQuestion(t, "www.youtube.com.", false))}, "DNS.YouTube"},
		{"DNS over TCP", tcp, 53, false, []line{c2s("\x00" + string(rune(len(query))) + query)}, "DNS"},
		{"mDNS", udp, 5353, false, []line{c2s(query)}, "MDNS"},
		{"LLMNR", udp, 5355, false, []line{c2s(query)}, "LLMNR"},
		{"DHCP", udp, 67, false, []line{c2s(dhcp)}, "DHCP"},
		{"DHCPv6", udp, 547, false, []line{c2s("\x01abc\x00\x01\x00\x00")}, "DHCPV6"},
		{"NTP", udp, 123, false, []line{c2s(pad("\x23", 48))}, "NTP"},
		{"SSH", tcp, 22, true, []line{s2c("SSH-2.0-OpenSSH_9.6\r\n"), c2s("SSH-2.0-libssh2_1.11\r\n")}, "SSH"},
		{"SSDP", udp, 1900, true, []line{c2s("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n\r\n")}, "SSDP"},
		{"NetBIOS name", udp, 137, false, []line{c2s("\x00\x01\x29\x10\x00\x01\x00\x00\x00\x00\x00\x00\x20FDEFFCFGEFFCCACACACACACACACACACA\x00\x00\x20\x00\x01")}, "NetBIOS"},
		{"SMB 1", tcp, 445, true, []line{c2s("\x00\x00\x00\x54\xffSMB\x72" + pad("", 75)), s2c("\x00\x00\x00\x54\xffSMB\x72" + pad("", 75))}, "SMBv1"},
		{"SMB 2", tcp, 445, true, []line{c2s("\x00\x00\x00\x54\xfeSMB" + pad("", 76))}, "SMBv23"},
		{"SMB 1 to 2", tcp, 445, true, []line{c2s("\x00\x00\x00\x54\xffSMB\x72" + pad("", 75)), s2c("\x00\x00\x00\x54\xfeSMB" + pad("", 76))}, "SMBv23"},
		{"STUN", udp, 3478, true, []line{c2s(stun)}, "STUN"},
		{"SIP", udp, 5060, true, []line{c2s("REGISTER sip:example.org SIP/2.0\r\n")}, "SIP"},
		{"SMTP", tcp, 25, true, []line{s2c("220 mail.example.org ESMTP\r\n"), c2s("EHLO client.example.org\r\n"), s2c("250 OK\r\n")}, "SMTP"},
		{"POP3", tcp, 110, true, []line{s2c("+OK ready\r\n"), c2s("USER somebody\r\n"), s2c("+OK\r\n")}, "POP3"},
		{"IMAP", tcp, 143, true, []line{s2c("* OK ready\r\n"), c2s("a1 LOGIN me secret\r\n"), s2c("a1 OK done\r\n")}, "IMAP"},
		{"FTP", tcp, 21, true, []line{s2c("220 ready\r\n"), c2s("USER anonymous\r\n")}, "FTP_CONTROL"},
		{"SNMP", udp, 161, true, []line{c2s("\x30\x26\x02\x01\x01\x04\x06public\xa0\x19\x02\x04\x00\x00\x00\x01\x02\x01\x00\x02\x01\x00\x30\x0b\x30\x09\x06\x05\x2b\x06\x01\x02\x01\x05\x00")}, "SNMP"},
		{"LDAP", tcp, 389, true, []line{c2s("\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00")}, "LDAP"},
		{"Radius", udp, 1812, true, []line{c2s("\x01\x01\x00\x19" + pad("", 16) + "\x01\x05bob")}, "Radius"},
		{"RDP", tcp, 3389, true, []line{c2s("\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x03\x00\x00\x00")}, "RDP"},
		{"MySQL", tcp, 3306, true, []line{s2c("\x4a\x00\x00\x00\x0a8.0.36\x00" + strings.Repeat("x", 66))}, "MySQL"},
		{"PostgreSQL", tcp, 5432, true, []line{c2s("\x00\x00\x00\x08\x04\xd2\x16\x2f"), s2c("S")}, "PostgreSQL"},
		{"Redis", tcp, 6379, true, []line{c2s("*1\r\n$4\r\nPING\r\n"), s2c("+PONG\r\n")}, "RESP"},
		{"MongoDB", tcp, 27017, true, []line{c2s(pad("\x30\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\xdd\x07\x00\x00", 48))}, "MongoDB"},
		{"BGP", tcp, 179, true, []line{c2s(strings.Repeat("\xff", 16) + "\x00\x13\x04")}, "BGP"},
		{"Syslog", udp, 514, true, []line{c2s("<34>1 2026-01-01T00:00:00Z host app - - - text")}, "Syslog"},
		{"Telnet", tcp, 23, true, []line{s2c("\xff\xfd\x18\xff\xfd\x20"), c2s("\xff\xfb\x18\xff\xfc\x20")}, "Telnet"},
		{"RTSP", tcp, 554, true, []line{c2s("OPTIONS rtsp://example.org/ RTSP/1.0\r\n\r\n")}, "RTSP"},
		{"MQTT", tcp, 1883, true, []line{c2s("\x10\x0f\x00\x04MQTT\x04\x02\x00\x3c\x00\x03abc")}, "MQTT"},
		{"WireGuard", udp, 51820, true, []line{c2s("\x01\x00\x00\x00abcd" + pad("", 140)), s2c("\x02\x00\x00\x00efghabcd" + pad("", 80))}, "WireGuard"},
		{"OpenVPN", udp, 1194, true, []line{c2s("\x38ABCDEFGH\x00\x00\x00\x00\x00"), s2c("\x40HGFEDCBA\x01\x00\x00\x00\x00ABCDEFGH\x00\x00\x00\x00")}, "OpenVPN"},
		{"IKE", udp, 500, false, []line{c2s("ABCDEFGH" + pad("", 8) + "\x21\x20\x22\x08\x00\x00\x00\x00\x00\x00\x00\x1c")}, "IPSec"},
		{"BitTorrent", tcp, 6881, true, []line{c2s("\x13BitTorrent protocol" + pad("", 48))}, "BitTorrent"},
		{"DHT", udp, 6881, true, []line{c2s("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe")}, "BitTorrent"},
		{"XMPP", tcp, 5222, true, []line{c2s("<?xml version='1.0'?><stream:stream xmlns='jabber:client'>")}, "Jabber"},
		{"IRC", tcp, 6667, true, []line{c2s("NICK me\r\nUSER me 0 * :Me\r\n")}, "IRC"},
		{"VNC", tcp, 5900, true, []line{s2c("RFB 003.008\n")}, "VNC"},
		{"TFTP", udp, 69, true, []line{c2s("\x00\x01file\x00octet\x00")}, "TFTP"},
		{"RTP", udp, 40000, false, []line{c2s("\x80\x00\x00\x01" + pad("", 4) + "abcd" + pad("", 160)), c2s("\x80\x00\x00\x02" + pad("", 4) + "abcd" + pad("", 160)), c2s("\x80\x00\x00\x03" + pad("", 4) + "abcd" + pad("", 160))}, "RTP"},
		{"SOCKS 5", tcp, 1080, true, []line{c2s("\x05\x01\x00"), s2c("\x05\x00")}, "SOCKS"},
		{"Modbus", tcp, 502, false, []line{c2s("\x00\x01\x00\x00\x00\x06\x01\x03\x00\x00\x00\x02")}, "Modbus"},
		{"NFS", udp, 2049, true, []line{c2s("abcd\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01\x86\xa3\x00\x00\x00\x03" + pad("", 20))}, "NFS"},
		{"noise", udp, 40000, false, []line{c2s("\xe3nothing that anybody ever specified"), s2c("\xe4still nothing")}, "Unknown"},
		{"noise", tcp, 40000, false, []line{c2s("\xe3nothing that anybody ever specified"), s2c("\xe4still nothing")}, "Unknown"},
	}
}

func TestProtocols(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	for _, c := range conversations(t) {
		ports := []uint16{c.port}
		if c.any {
			ports = append(ports, 40404)
		}
		for _, port := range ports {
			t.Run(c.name, func(t *testing.T) {
				v := converse(t, e, c.proto, port)
				for _, l := range c.lines {
					v.send(l.client, []byte(l.text))
				}
				how := ConfidenceDPI
				if c.want == "Unknown" {
					how = ConfidenceUnknown
				}
				v.want(t, c.want, how)
				if got := v.risk(riskKnownProtocolOnNonStandardPort); port == 40404 && !got && len(e.Protocol(v.s.Result().App).TCPPorts) > 0 && c.proto == tcp && v.s.Result().Master == 0 {
					t.Error("an odd port is not marked")
				}
			})
		}
	}
}

func TestMetadata(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	find := func(name string) *Metadata {
		for _, c := range conversations(t) {
			if c.name == name {
				v := converse(t, e, c.proto, c.port)
				for _, l := range c.lines {
					v.send(l.client, []byte(l.text))
				}
				e.GiveUp(v.s, v.t)
				if v.s.Meta() != nil {
					return v.s.Meta()
				}
				return &Metadata{}
			}
		}
		t.Fatalf("no conversation %q", name)
		return nil
	}
	if m := find("DNS"); m.HostName != "www.example.org" || m.DNSQueryType != 1 || !m.DNSHasReply || m.DNSNumAnswers != 1 || m.DNSReply != anyAddr {
		t.Errorf("DNS: %+v", m)
	}
	if m := find("DHCP"); m.HostName != "laptop" || m.DHCPFingerprint != "1,3,6" {
		t.Errorf("DHCP: %+v", m)
	}
	if m := find("SSH"); m.SSHClient != "SSH-2.0-libssh2_1.11" || m.SSHServer != "SSH-2.0-OpenSSH_9.6" {
		t.Errorf("SSH: %+v", m)
	}
	if m := find("NetBIOS name"); m.NetBIOSName != "SERVER" {
		t.Errorf("NetBIOS: %+v", m)
	}
	if m := find("HTTP"); m.HTTPMethod != "GET" || m.HTTPURL != "www.example.org/" || m.HTTPStatus != 200 || m.HostName != "www.example.org" {
		t.Errorf("HTTP: %+v", m)
	}
	if m := find("HTTP CONNECT"); m.HostName != "www.youtube.com" {
		t.Errorf("CONNECT: %+v", m)
	}
}

func TestMailTurnsSecure(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	v := converse(t, e, tcp, 25).answer("220 mail.example.org ESMTP\r\n").say("EHLO me\r\n").answer("250 STARTTLS\r\n").say("STARTTLS\r\n").answer("220 go ahead\r\n")
	for _, p := range handshake(t, "mail.example.org", 0x0304, nil, 1e9) {
		v.send(p.dir == 0, p.data)
	}
	v.want(t, "SMTPS", ConfidenceDPI)
	if v.s.Meta().JA4 == "" {
		t.Error("the handshake was not read")
	}
}

func FuzzDNS(f *testing.F) {
	f.Add([]byte(dnsQuestion(f, "www.example.org.", true)))
	f.Add([]byte("\x00\x01\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00\xc0\x0c\x00\x01\x00\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, _ := parseDNS(b, ""); len(m.name) > 255 {
			t.Errorf("name of %d bytes", len(m.name))
		}
	})
}
