package dpi

import (
	"net/netip"
	"testing"

	"ntopgo/engine/decode"
)

func newEngine(t testing.TB, cfg Config) *Engine {
	t.Helper()
	e, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func tuple(proto uint8, cliPort, srvPort uint16) *Tuple {
	return &Tuple{Proto: proto, Client: netip.MustParseAddr("192.0.2.1"), Server: netip.MustParseAddr("198.51.100.1"), CliPort: cliPort, SrvPort: srvPort}
}

func TestGuesses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		t    *Tuple
		want string
		how  Confidence
	}{
		{"server port", tuple(decode.ProtoTCP, 50000, 443), "TLS", ConfidencePort},
		{"client port", tuple(decode.ProtoTCP, 443, 50000), "TLS", ConfidencePort},
		{"nothing", tuple(decode.ProtoTCP, 50000, 50001), "Unknown", ConfidenceUnknown},
		{"address", &Tuple{Proto: decode.ProtoUDP, Client: netip.MustParseAddr("192.0.2.1"), Server: netip.MustParseAddr("162.159.192.7"), CliPort: 50000, SrvPort: 50001}, "CloudflareWarp", ConfidenceIP},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := newEngine(t, Config{})
			s := e.NewState()
			defer e.Release(s)
			e.GiveUp(s, c.t)
			if got := e.Name(s.Result()); got != c.want || s.Result().Confidence != c.how {
				t.Errorf("got %s (%s), want %s (%s)", got, e.ConfidenceName(s.Result().Confidence), c.want, e.ConfidenceName(c.how))
			}
		})
	}
}

func TestNetworkProtocols(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		year  int
		proto uint8
		want  string
	}{
		{2024, decode.ProtoICMP, "ICMP"}, {2024, decode.ProtoESP, "IPSec"}, {2024, 89, "OSPF"}, {2024, 112, "VRRP"},
		{2024, decode.ProtoSCTP, "SCTP"}, {2026, decode.ProtoESP, "Ip_Esp"}, {2026, decode.ProtoICMPv6, "ICMPV6"}, {2024, 200, "Unknown"},
	} {
		e := newEngine(t, Config{TableYear: c.year})
		s := e.NewState()
		done := e.Feed(s, tuple(c.proto, 0, 0), &decode.Packet{Proto: c.proto}, true)
		if got := e.Name(s.Result()); got != c.want || !done {
			t.Errorf("%d, protocol %d: got %s (done %v), want %s", c.year, c.proto, got, done, c.want)
		}
		e.Release(s)
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	for year, count := range map[int]int{2024: 432, 2026: 470} {
		e := newEngine(t, Config{TableYear: year})
		if n := len(e.Protocols()); n != count {
			t.Errorf("%d: %d protocols, want %d", year, n, count)
		}
		for i, p := range e.Protocols() {
			if int(p.ID) != i || p.Name == "" {
				t.Errorf("%d: row %d is %+v", year, i, p)
			}
		}
		if p, ok := e.ProtocolByName("tls"); !ok || p.ID != 91 || p.Name != "TLS" {
			t.Errorf("%d: tls is %+v", year, p)
		}
	}
	if _, err := New(Config{TableYear: 1999}); err == nil {
		t.Error("a year without table is accepted")
	}
	e := newEngine(t, Config{})
	if e.CategoryName(5) != "Web" || e.BreedName(0) != "Safe" || e.Risk(7).Score == 0 || e.Protocol(60000).ID != 0 {
		t.Error("tables disagree with nDPI's")
	}
}

func TestHostNames(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{})
	for host, want := range map[string]string{
		"www.google.it":              "Google",
		"mail.google.com":            "GMail",
		"alt1-mtalk.google.com":      "GoogleServices",
		"google.example-not":         "Google",
		"notgoogle.com":              "Unknown",
		"www.ntop.org":               "ntop",
		"ntop.org":                   "ntop",
		"ntop.org.example.net":       "Unknown",
		"skypeecs-prod.example.net":  "Skype_Teams",
		"":                           "Unknown",
		".":                          "Unknown",
		"s3.eu-west-1.amazonaws.com": "AmazonAWS",
	} {
		en, _ := e.hosts.find(host)
		if got := e.Protocol(en.proto).Name; got != want {
			t.Errorf("%q is %s, want %s", host, got, want)
		}
	}
}
