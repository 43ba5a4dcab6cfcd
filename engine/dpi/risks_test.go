package dpi

import (
	"crypto/tls"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"ntopgo/engine/decode"
)

// request is an ordinary HTTP request with one line of its own.
func request(target, extra string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: Mozilla/5.0 (X11)\r\n" + extra + "\r\n"
}

func TestRisksOfRequests(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	ok := "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
	for _, c := range []struct {
		name        string
		say, answer string
		want        int // 0: none of the risks of this table
	}{
		{"ordinary", request("/index.html?q=select+a+name+from+the+list&x=a-b", ""), ok, 0},
		{"ordinary text", request("/?q=it's+5+%3E+3+or+so%3B+really", ""), ok, 0},
		{"script", request("/?q=%3Cscript%3Ealert(1)%3C/script%3E", ""), ok, riskUrlPossibleXss},
		{"event handler", request("/?q=%22+onerror%3Dx", ""), ok, riskUrlPossibleXss},
		{"union", request("/?id=1+union+all+select+1,2,3", ""), ok, riskUrlPossibleSqlInjection},
		{"tautology", request("/?id=1'+or+'1'%3D'1", ""), ok, riskUrlPossibleSqlInjection},
		{"delay", request("/?id=1;select+sleep(5)", ""), ok, riskUrlPossibleSqlInjection},
		{"command", request("/?host=127.0.0.1%3Bcat+/etc/passwd", ""), ok, riskUrlPossibleRceInjection},
		{"substitution", request("/?host=%24(id)", ""), ok, riskUrlPossibleRceInjection},
		{"path traversal", request("/msadc/..%255c../winnt/x", ""), ok, riskHttpSuspiciousUrl},
		{"web shell", request("/shell?cd+/tmp", ""), ok, riskUrlPossibleRceInjection},
		{"hidden file", request("/.env", ""), ok, riskPossibleExploit},
		{"no agent", "GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n", ok, riskHttpSuspiciousUserAgent},
		{"short agent", "GET / HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: xy\r\n\r\n", ok, riskHttpSuspiciousUserAgent},
		{"Log4j", "GET / HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: ${jndi:ldap://a}\r\n\r\n", ok, riskPossibleExploit},
		{"crawler", "GET / HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: ExampleBot/1.0 (+http://example.org/)\r\n\r\n", ok, riskHttpCrawlerBot},
		{"numeric host of somebody else", "GET / HTTP/1.1\r\nHost: 203.0.113.9\r\nUser-Agent: Mozilla\r\n\r\n", ok, riskHttpSuspiciousHeader},
		{"numeric host", "GET / HTTP/1.1\r\nHost: 198.51.100.1\r\nUser-Agent: Mozilla\r\n\r\n", ok, riskNumericIpHost},
		{"odd field", request("/", "Osname: x\r\n"), ok, riskHttpSuspiciousHeader},
		{"credentials", request("/", "Authorization: Basic YTpi\r\n"), ok, riskClearTextCredentials},
		{"error", request("/", ""), "HTTP/1.1 404 Not Found\r\n\r\n", riskErrorCodeDetected},
		{"old Apache", request("/", ""), "HTTP/1.1 200 OK\r\nServer: Apache/2.2.34 (Unix)\r\n\r\n", riskHttpObsoleteServer},
		{"old nginx", request("/", ""), "HTTP/1.1 200 OK\r\nServer: nginx/1.18.0\r\n\r\n", riskHttpObsoleteServer},
		{"new nginx", request("/", ""), "HTTP/1.1 200 OK\r\nServer: nginx/1.27.1\r\n\r\n", 0},
		{"program", request("/", ""), "HTTP/1.1 200 OK\r\nContent-Type: application/x-dosexec\r\n\r\nMZ", riskBinaryApplicationTransfer},
		{"program by name", request("/", ""), "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=\"a.exe\"\r\n\r\n", riskBinaryApplicationTransfer},
		{"file", request("/", ""), "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\r\n", riskBinaryDataTransfer},
		{"bytes as text", request("/", ""), "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n\x00\x01\x02\x03\x04", riskHttpSuspiciousContent},
		{"invalid host", "GET / HTTP/1.1\r\nHost: a<b\r\nUser-Agent: Mozilla\r\n\r\n", ok, riskInvalidCharacters},
		{"foreign script", "GET / HTTP/1.1\r\nHost: xn--bcher-kva.example\r\nUser-Agent: Mozilla\r\n\r\n", ok, riskPunycodeIdn},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := converse(t, e, tcp, 80).say(c.say).answer(c.answer)
			e.GiveUp(v.s, v.t)
			if c.want == 0 && v.s.Result().Risks != 0 || c.want != 0 && !v.risk(c.want) {
				t.Errorf("risks are %b, want %d", v.s.Result().Risks, c.want)
			}
		})
	}
}

func TestRisksOfFlows(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	noise := make([]byte, 400)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	noise[0] = 0xe3
	flags := func(v *conversation, client bool, f uint8, b []byte) {
		p := v.packet(client, b)
		p.TCPFlags = f
		v.done = e.Feed(v.s, v.t, p, client)
	}
	for _, c := range []struct {
		name string
		run  func(v *conversation)
		want int
	}{
		{"refused", func(v *conversation) {
			flags(v, true, decode.SYN, nil)
			flags(v, false, decode.RST|decode.ACK, nil)
		}, riskTcpIssues},
		{"given up", func(v *conversation) {
			flags(v, true, decode.SYN, nil)
			flags(v, false, decode.SYN|decode.ACK, nil)
			flags(v, true, decode.RST, nil)
		}, riskTcpIssues},
		{"null scan", func(v *conversation) { flags(v, true, 0, nil) }, riskTcpIssues},
		{"xmas scan", func(v *conversation) { flags(v, true, decode.FIN|decode.PSH|decode.URG, nil) }, riskTcpIssues},
		{"FIN scan", func(v *conversation) { flags(v, true, decode.FIN, nil) }, riskTcpIssues},
		{"random bytes", func(v *conversation) { flags(v, true, decode.ACK, noise) }, riskSuspiciousEntropy},
		{"encrypted from the first byte", func(v *conversation) {
			flags(v, true, decode.SYN, nil)
			v.seq[0]++
			flags(v, false, decode.SYN|decode.ACK, nil)
			flags(v, true, decode.ACK, noise)
		}, riskFullyEncrypted},
		{"script", func(v *conversation) { flags(v, true, decode.ACK, []byte("#!/bin/sh\nid\n")) }, riskPossibleExploit},
		{"ELF", func(v *conversation) {
			flags(v, true, decode.ACK, []byte("\x7fELF"+strings.Repeat("\x00", 16)+"\x01\x00\x00\x00"))
		}, riskBinaryApplicationTransfer},
		{"PE", func(v *conversation) {
			flags(v, true, decode.ACK, []byte(pad("MZ", 0x3c)+"\x40\x00\x00\x00PE\x00\x00"))
		}, riskBinaryApplicationTransfer},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := converse(t, e, tcp, 40000)
			c.run(v)
			e.GiveUp(v.s, v.t)
			if !v.risk(c.want) {
				t.Errorf("risks are %b, want %d", v.s.Result().Risks, c.want)
			}
			if m := v.s.Meta(); c.want == riskSuspiciousEntropy && (m == nil || float32(m.Entropy)/1000 < entropyText) {
				t.Errorf("the entropy is not told: %+v", m)
			}
		})
	}
	v := converse(t, e, tcp, 40000).say("plain text that nobody knows, again and again plain text")
	e.GiveUp(v.s, v.t)
	if v.s.Meta() == nil || v.s.Meta().PlainText != "plain text that nobody knows, again and again plain text" {
		t.Errorf("its text is not kept: %+v", v.s.Meta())
	}
	if v.risk(riskSuspiciousEntropy) || v.risk(riskFullyEncrypted) || v.risk(riskTcpIssues) {
		t.Errorf("plain text has risks %b", v.s.Result().Risks)
	}
}

func TestRisksOfDNS(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	answered := dnsQuestion(t, "www.example.org.", true)
	at := strings.LastIndex(answered, "\x00\x00\x00\x3c") // the answer's TTL of 60
	for _, c := range []struct {
		name  string
		lines []string
		want  int
	}{
		{"long label", []string{dnsQuestion(t, strings.Repeat("a1b2c3", 9)+".example.org.", false)}, riskDnsSuspiciousTraffic},
		{"obsolete type", []string{strings.Replace(dnsQuestion(t, "www.example.org.", false), "\x00\x00\x01\x00\x01", "\x00\x00\x07\x00\x01", 1)}, riskDnsSuspiciousTraffic},
		{"odd name", []string{dnsQuestion(t, "a b.example.org.", false)}, riskInvalidCharacters},
		{"zero TTL", []string{dnsQuestion(t, "www.example.org.", false), answered[:at] + "\x00\x00\x00\x00" + answered[at+4:]}, riskMinorIssues},
		{"made up and long", []string{dnsQuestion(t, "abcdefghijklmnopqr12.com.", false)}, riskSuspiciousDgaDomain},
		{"made up", []string{dnsQuestion(t, "xk3q9zv7w2rj8tq.com.", false)}, riskSuspiciousDgaDomain},
		{"made up and there", []string{dnsQuestion(t, "xk3q9zv7w2rj8tq.com.", false), dnsQuestion(t, "xk3q9zv7w2rj8tq.com.", true)}, riskRiskyDomain},
		{"error", []string{dnsQuestion(t, "www.example.org.", false), "\x00\x07\x81\x83\x00\x01\x00\x00\x00\x00\x00\x00" + dnsQuestion(t, "www.example.org.", false)[12:]}, riskErrorCodeDetected},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := converse(t, e, udp, 53)
			for i, l := range c.lines {
				v.send(i == 0, []byte(l))
			}
			e.GiveUp(v.s, v.t)
			if !v.risk(c.want) {
				t.Errorf("risks are %b, want %d", v.s.Result().Risks, c.want)
			}
		})
	}
	v := converse(t, e, udp, 53)
	p := v.packet(true, []byte(dnsQuestion(t, "www.example.org.", false)))
	p.Fragment = true
	if e.Feed(v.s, v.t, p, true); !v.risk(riskDnsFragmented) {
		t.Error("a fragment is not marked")
	}
}

func TestGeneratedNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"www.example.org": false, "wikipedia.org": false, "stackoverflow.com": false, "bundesregierung.de": false, "lastampa.it": false,
		"windowsupdate.com": false, "technologyreview.com": false, "bankofamerica.com": false, "washingtonpost.com": false,
		"r4---sn-hpa7kn7s.example.com": false, "10.0.0.1": false, "1.0.0.127.in-addr.arpa": false, "printer.local": false, "": false, "a.b": false,
		"xjwqkzvbtrplm.com": true, "k4jx9q2zw7vb3n.net": true, "www.q4cyamnc6mtokjurvdclt.com": true, "zqxjkvbwpfgh.co.uk": true,
	} {
		if got := generated(name); got != want {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

func TestRisksOfHandshakes(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	hello := func(name string, alpn []string) *conversation {
		v := converse(t, e, tcp, 443)
		v.send(true, handshake(t, name, tls.VersionTLS13, alpn, time.Hour)[0].data)
		e.GiveUp(v.s, v.t)
		return v
	}
	if v := hello("www.example.org", []string{"h2"}); v.risk(riskTlsUncommonAlpn) || v.risk(riskTlsSuspiciousExtension) || v.risk(riskTlsMissingSni) {
		t.Errorf("an ordinary hello has risks %b", v.s.Result().Risks)
	}
	if v := hello("www.example.org", []string{"nobody-knows"}); !v.risk(riskTlsUncommonAlpn) {
		t.Error("an uncommon protocol name is not marked")
	}
	ordinary := hello("www.example.org", []string{"h2"})
	c := e.NewCustom()
	c.AddMaliciousJA4(ordinary.s.Meta().JA4)
	if err := e.Load(c); err != nil {
		t.Fatal(err)
	}
	if v := hello("www.example.org", []string{"h2"}); !v.risk(riskMaliciousFingerprint) {
		t.Error("a listed JA4 is not marked")
	}
	c = e.NewCustom()
	c.AddMaliciousJA3(ordinary.s.Meta().JA3Client)
	if err := e.Load(c); err != nil {
		t.Fatal(err)
	}
	if v := hello("www.example.org", []string{"h2"}); !v.risk(riskMaliciousFingerprint) {
		t.Error("a listed JA3 is not marked")
	}
	c = e.NewCustom()
	if c.AddNetworkRisk("198.51.100.0/24", riskAnonymousSubscriber) != nil || c.AddNetworkRisk("198.51.100.0/24", riskRiskyAsn) != nil ||
		c.AddNetworkRisk("x", 1) == nil || c.AddNetworkRisk("198.51.100.0/24", 200) == nil {
		t.Error("risks of networks")
	}
	c.AddRiskyDomain("example.org")
	if err := e.Load(c); err != nil {
		t.Fatal(err)
	}
	if v := hello("www.example.org", []string{"h2"}); !v.risk(riskAnonymousSubscriber) || !v.risk(riskRiskyAsn) || !v.risk(riskRiskyDomain) {
		t.Errorf("a listed network and a risky domain bring %b", v.s.Result().Risks)
	}
}

func TestRisksOfICMP(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	for _, c := range []struct {
		name  string
		proto uint8
		l4    string
		bad   bool
	}{
		{"echo", decode.ProtoICMP, "\x08\x00\x99\x9a\x00\x01\x00\x01\x61\x62\x63\x64\x65\x66", false},
		{"wrong checksum", decode.ProtoICMP, "\x08\x00\x00\x00\x00\x01\x00\x01abcdef", true},
		{"unassigned type", decode.ProtoICMP, "\xa5\x00\x00\x00\x00\x01\x00\x01", true},
		{"unassigned type 6", decode.ProtoICMPv6, "\x20\x00\x00\x00\x00\x01\x00\x01", true},
		{"echo 6", decode.ProtoICMPv6, "\x80\x00\x00\x00\x00\x01\x00\x01", false},
	} {
		l4 := []byte(c.l4)
		if c.name == "echo" {
			l4[2], l4[3] = 0, 0
			sum := checksum(l4)
			l4[2], l4[3] = byte(sum>>8), byte(sum)
		}
		s, tup := e.NewState(), &Tuple{Proto: c.proto, Client: netip.MustParseAddr("192.0.2.1"), Server: netip.MustParseAddr("198.51.100.1")}
		e.Feed(s, tup, &decode.Packet{Proto: c.proto, ICMPType: l4[0], ICMPCode: l4[1], L4: l4, HeaderLen: 8, PayloadLen: int32(len(l4) - 8)}, true)
		if got := s.Result().Risks&(1<<riskMalformedPacket) != 0; got != c.bad {
			t.Errorf("%s: malformed is %v", c.name, got)
		}
		e.Release(s)
	}
}

func TestObsoleteSSH(t *testing.T) {
	t.Parallel()
	if !sshObsolete("aes256-ctr,arcfour") || sshObsolete("aes256-ctr,chacha20-poly1305@openssh.com") {
		t.Error("obsolete ciphers")
	}
}

func FuzzInjection(f *testing.F) {
	for _, s := range []string{"%3Cscript%3E", "1' or '1'='1", "a;cat /etc/passwd", "${jndi:ldap://x}", "plain", "%", "%zz"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) { urlRisks("/?a=" + s); generated(s); older(s, [3]int{1, 2, 3}) })
}
