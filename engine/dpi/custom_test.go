package dpi

import (
	"net/netip"
	"strings"
	"testing"

	"ntopgo/engine/decode"
)

const someRules = `# a comment
tcp:8181,udp:5062-5063@HTTP
host:"intra.example.org",host:*.wild.example.net@Intranet
host:"videos.example.com"@YouTube
ip:192.0.2.10:443@ShopA=1500
ip:192.0.2.10:444@ShopB
ip:203.0.113.128/25@Warehouse
ip:203.0.113.5@ntop
ipv6:[2001:db8:5::]/48:100@Six
ip:2001:db8:6::1@SixToo
ip_risk_mask:203.0.113.130=0
host_risk_mask:".quiet.example.org"=0
trusted_issuer_dn:"CN=Mine"
`

func customEngine(t *testing.T, year int, rules string) (*Engine, *Custom) {
	t.Helper()
	e := newEngine(t, Config{TableYear: year})
	c := e.NewCustom()
	for _, err := range c.ReadRules(strings.NewReader(rules)) {
		t.Error(err)
	}
	if err := e.Load(c); err != nil {
		t.Fatal(err)
	}
	return e, c
}

func TestCustomRules(t *testing.T) {
	t.Parallel()
	addr := netip.MustParseAddr
	for _, c := range []struct {
		name             string
		proto            uint8
		client, server   string
		cliPort, srvPort uint16
		say              string
		want             string
		how              Confidence
	}{
		{"port of a known protocol", tcp, "10.0.0.1", "10.0.0.2", 50000, 8181, "\xe3nothing", "HTTP", ConfidenceCustom},
		{"range of ports", udp, "10.0.0.1", "10.0.0.2", 50000, 5063, "\xe3nothing", "HTTP", ConfidenceCustom},
		{"outside the range", udp, "10.0.0.1", "10.0.0.2", 50000, 5064, "\xe3nothing", "Unknown", ConfidenceUnknown},
		{"host", tcp, "10.0.0.1", "10.0.0.2", 50000, 80, "GET / HTTP/1.1\r\nHost: intra.example.org\r\n\r\n", "HTTP.Intranet", ConfidenceDPI},
		{"below the host", tcp, "10.0.0.1", "10.0.0.2", 50000, 80, "GET / HTTP/1.1\r\nHost: a.intra.example.org\r\n\r\n", "HTTP.Intranet", ConfidenceDPI},
		{"wildcard", tcp, "10.0.0.1", "10.0.0.2", 50000, 80, "GET / HTTP/1.1\r\nHost: a.wild.example.net\r\n\r\n", "HTTP.Intranet", ConfidenceDPI},
		{"host of a known application", tcp, "10.0.0.1", "10.0.0.2", 50000, 80, "GET / HTTP/1.1\r\nHost: videos.example.com\r\n\r\n", "HTTP.YouTube", ConfidenceDPI},
		{"address and port", tcp, "10.0.0.1", "192.0.2.10", 50000, 443, "", "TLS.ShopA", ConfidenceCustom},
		{"same address, other port", tcp, "10.0.0.1", "192.0.2.10", 50000, 444, "", "ShopB", ConfidenceCustom},
		{"same address, port without rule", tcp, "10.0.0.1", "192.0.2.10", 50000, 445, "", "SMBv23", ConfidencePort},
		{"network, from the client's side", udp, "203.0.113.200", "10.0.0.2", 50000, 40000, "\xe3nothing", "Warehouse", ConfidenceCustom},
		{"known protocol's address", udp, "10.0.0.1", "203.0.113.5", 50000, 40000, "\xe3nothing", "ntop", ConfidenceIP},
		{"version 6 with port", udp, "2001:db8:5::1", "2001:db8:9::1", 100, 40000, "\xe3nothing", "Six", ConfidenceCustom},
		{"version 6 with another port", udp, "2001:db8:5::1", "2001:db8:9::1", 101, 40000, "\xe3nothing", "Unknown", ConfidenceUnknown},
		{"version 6 without brackets", udp, "2001:db8:9::1", "2001:db8:6::1", 101, 40000, "\xe3nothing", "SixToo", ConfidenceCustom},
	} {
		for _, year := range []int{2024, 2026} {
			t.Run(c.name, func(t *testing.T) {
				e, _ := customEngine(t, year, someRules)
				v := converse(t, e, c.proto, c.srvPort)
				v.t.Client, v.t.Server, v.t.CliPort = addr(c.client), addr(c.server), c.cliPort
				v.send(true, []byte(c.say))
				v.want(t, c.want, c.how)
			})
		}
	}
}

func TestCustomProtocolNumbers(t *testing.T) {
	t.Parallel()
	e, c := customEngine(t, 2024, someRules)
	for name, want := range map[string]uint16{"Intranet": 432, "ShopA": 1500, "ShopB": 434, "Warehouse": 435, "HTTP": 7} {
		if p, ok := e.ProtocolByName(name); !ok || p.ID != want {
			t.Errorf("%s is %+v, want number %d", name, p, want)
		}
		if e.Protocol(want).Name != name {
			t.Errorf("number %d is %s", want, e.Protocol(want).Name)
		}
	}
	if !e.IsCustom(1500) || e.IsCustom(7) || c.Rules() != 14 {
		t.Errorf("custom: %v %v, %d rules", e.IsCustom(1500), e.IsCustom(7), c.Rules())
	}
	if err := e.SetProtocolCategory(1500, 27); err != nil || e.Protocol(1500).Category != 27 {
		t.Errorf("category of one's own protocol: %v", err)
	}
	if err := e.SetProtocolCategory(7, 27); err != nil || e.Protocol(7).Category != 27 {
		t.Errorf("category of HTTP: %v", err)
	}
	if e.SetProtocolCategory(60000, 27) == nil || e.SetProtocolCategory(7, 250) == nil {
		t.Error("a category or protocol that is not there is accepted")
	}
	if err := e.Load(nil); err != nil || e.Protocol(1500).ID != 0 || e.Protocol(7).Category != 27 {
		t.Error("taking the rules away takes too little or too much")
	}
	if newEngine(t, Config{}).Load(c) == nil {
		t.Error("rules of another engine are accepted")
	}
}

func TestBadRules(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	for _, line := range []string{
		"HTTP", "tcp:@HTTP", "tcp:0@HTTP", "tcp:70000@HTTP", "tcp:9-8@HTTP", "sctp:5@HTTP", "tcp:80@", "ip:1.2.3@HTTP",
		"ip:1.2.3.4/33@HTTP", "ipv6:[2001:db8::@HTTP", "ip:1.2.3.4:x@HTTP", `host:""@HTTP`, "tcp:80@New=5", "tcp:80@New=70000",
		`nbpf:"port 80"@New`, "ip_risk_mask:10.0.0.0/8", "ip_risk_mask:x=0", "host_risk_mask:.home=x", "other_mask:a=0", "trusted_issuer_dn:",
		"host:" + strings.Repeat("a", 300) + "@HTTP",
	} {
		c := e.NewCustom()
		if errs := c.ReadRules(strings.NewReader(line)); len(errs) != 1 || !strings.HasPrefix(errs[0].Error(), "line 1: ") || c.Rules() != 0 {
			t.Errorf("%q: %v, %d rules", line, errs, c.Rules())
		}
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	c := e.NewCustom()
	for _, l := range []struct {
		name   string
		format ListFormat
		text   string
		n, bad int
	}{
		{"hosts", ListHosts, "# bad hosts\n0.0.0.0 evil.example.com\n127.0.0.1\tlocalhost\nalone\n", 1, 2},
		{"csv", ListCSV, "ip,score\n203.0.113.7,0.9\n", 1, 1},
		{"occurrences", ListOccurrences, "203.0.113.8\t5\n203.0.113.9\t1\nx y\n", 1, 1},
		{"addresses", ListAddresses, "203.0.113.16/28\n10.0.0.1\n0.0.0.0/0\n2001:db8::1\n", 1, 3},
	} {
		if n, bad, err := c.ReadList(strings.NewReader(l.text), l.format, 100, l.name, true); n != l.n || bad != l.bad || err != nil {
			t.Errorf("%s: %d entries, %d bad, %v", l.name, n, bad, err)
		}
	}
	if _, _, err := c.ReadList(strings.NewReader(""), 9, 100, "x", true); err == nil {
		t.Error("an unknown format is accepted")
	}
	if err := e.Load(c); err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]string{"evil.example.com": "hosts", "a.evil.example.com": "hosts", "notevil.example.com": "",
		"203.0.113.7": "csv", "203.0.113.9": "", "203.0.113.31": "addresses", "203.0.113.32": ""} {
		if cat, list, ok := e.MatchCategory(host); list != want || ok != (want != "") || ok && cat != 100 {
			t.Errorf("%s: %d %q %v", host, cat, list, ok)
		}
	}

	v := converse(t, e, tcp, 80).say("GET / HTTP/1.1\r\nHost: evil.example.com\r\n\r\n")
	v.want(t, "HTTP", ConfidenceDPI)
	if r := v.s.Result(); r.Category != 100 || !v.risk(riskMalwareHostContacted) || v.s.Meta().CategoryList != "hosts" {
		t.Errorf("a listed host: %+v", r)
	}
	v = converse(t, e, decode.ProtoICMP, 0)
	v.t.Server = netip.MustParseAddr("203.0.113.7")
	v.send(true, []byte("x"))
	if r := v.s.Result(); r.Category != 100 || !v.risk(riskMalwareHostContacted) {
		t.Errorf("a listed server: %+v", r)
	}
	v = converse(t, e, udp, 40000)
	v.t.Client = netip.MustParseAddr("203.0.113.7")
	v.send(true, []byte("\xe3nothing")).want(t, "Unknown", ConfidenceUnknown)
	if r := v.s.Result(); r.Category != 100 || v.risk(riskMalwareHostContacted) {
		t.Errorf("a listed client: %+v", r)
	}
	hits := map[string]uint64{}
	for _, l := range c.Lists() {
		hits[l.Name] = l.Hits()
	}
	if hits["hosts"] != 1 || hits["csv"] != 2 || hits["addresses"] != 0 {
		t.Errorf("hits: %v", hits)
	}
}

func TestRiskExceptions(t *testing.T) {
	t.Parallel()
	e, _ := customEngine(t, 2024, someRules)
	ask := func(client, host string) *conversation {
		v := converse(t, e, tcp, 8090)
		v.t.Client = netip.MustParseAddr(client)
		v.say("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
		e.GiveUp(v.s, v.t)
		return v
	}
	if ask("10.0.0.1", "loud.example.org").s.Result().Risks == 0 {
		t.Error("an ordinary flow on an odd port has no risk")
	}
	if r := ask("203.0.113.130", "loud.example.org").s.Result().Risks; r != 0 {
		t.Errorf("an excepted address keeps %x", r)
	}
	if r := ask("10.0.0.1", "a.quiet.example.org").s.Result().Risks; r != 0 {
		t.Errorf("an excepted name keeps %x", r)
	}
}

func TestReloadWhileClassifying(t *testing.T) {
	t.Parallel()
	e, _ := customEngine(t, 2024, someRules)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 50 {
			c := e.NewCustom()
			c.ReadRules(strings.NewReader(someRules))
			if err := e.Load(c); err != nil {
				t.Error(err)
			}
		}
	}()
	for range 200 {
		v := converse(t, e, tcp, 80).say("GET / HTTP/1.1\r\nHost: intra.example.org\r\n\r\n")
		v.want(t, "HTTP.Intranet", ConfidenceDPI)
	}
	<-done
}

func FuzzRules(f *testing.F) {
	for line := range strings.Lines(someRules) {
		f.Add(line)
	}
	e := newEngine(f, Config{})
	f.Fuzz(func(t *testing.T, text string) {
		c := e.NewCustom()
		c.ReadRules(strings.NewReader(text))
		for format := ListHosts; format <= ListAddresses; format++ {
			if _, _, err := c.ReadList(strings.NewReader(text), format, 100, "list", true); err != nil && len(text) < 1<<20 {
				t.Fatal(err)
			}
		}
		if err := e.Load(c); err != nil {
			t.Fatal(err)
		}
	})
}
