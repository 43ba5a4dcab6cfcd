package checks

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// engine knows one listed server and one listed client.
func engine(t *testing.T) *dpi.Engine {
	t.Helper()
	e, err := dpi.New(dpi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	c := e.NewCustom()
	for _, a := range []string{badServer, badClient} {
		if err := c.AddAddressCategory(a, categoryMalware, "a list"); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Load(c); err != nil {
		t.Fatal(err)
	}
	return e
}

const (
	localClient, localServer = "192.168.1.10", "192.168.1.20"
	farClient, farServer     = "203.0.113.5", "203.0.113.6"
	badServer, badClient     = "198.51.100.1", "198.51.100.2"
)

// end is a host; its address says whether it is local.
func end(a string) *host.Host {
	addr := netip.MustParseAddr(a)
	h := &host.Host{Key: host.Key{Addr: addr}, Local: addr.IsPrivate()}
	h.Group = addr == netip.MustParseAddr("192.168.1.255")
	return h
}

// tcp is an established connection with traffic in both directions.
func tcp(client, server string) *flow.Flow {
	f := &flow.Flow{Key: flow.Key{Proto: decode.ProtoTCP}, CliPort: 40000, SrvPort: 443, Cli: end(client), Srv: end(server),
		Handshake: true, Classified: true}
	f.Client, f.Server = f.Cli.Addr, f.Srv.Addr
	f.ToServer.Packets, f.ToServer.Bytes, f.ToServer.Goodput = 10, 2000, 1800
	f.ToClient.Packets, f.ToClient.Bytes, f.ToClient.Goodput = 10, 9000, 8500
	f.ToServer.TCPFlags, f.ToClient.TCPFlags = decode.SYN|decode.ACK, decode.SYN|decode.ACK
	f.Result.Confidence = dpi.ConfidenceDPI
	return f
}

func udp(client, server string, app uint16, port uint16) *flow.Flow {
	f := tcp(client, server)
	f.Key.Proto, f.SrvPort, f.Result.App = decode.ProtoUDP, port, app
	return f
}

// with changes f and returns it.
func with(f *flow.Flow, change func(f *flow.Flow)) *flow.Flow {
	change(f)
	return f
}

func category(n uint8) func(*flow.Flow) { return func(f *flow.Flow) { f.Result.Category = n } }

// TestLogic runs each check that follows no risk on flows that deserve its alert
// and on flows that nearly do.
func TestLogic(t *testing.T) {
	t.Parallel()
	const protocolTelnet, protocolSkype = 77, 125
	e := engine(t)
	listed := []Server{{Prefix: netip.MustParsePrefix("192.168.1.20/32")}}
	both := flow.ClientAttacker | flow.ServerVictim
	for _, c := range []struct {
		name, key string
		setting   Setting
		hook      Hook
		f         *flow.Flow
		client    int // score; -1: no alert
		server    int
		roles     flow.Role
	}{
		{"mining", "web_mining", Setting{}, Recognised, with(tcp(localClient, farServer), category(categoryMining)), 45, 5, 0},
		{"no mining", "web_mining", Setting{}, Recognised, tcp(localClient, farServer), -1, 0, 0},
		{"a listed name", "blacklisted", Setting{}, Recognised, with(tcp(localClient, farServer), category(categoryMalware)), 180, 20, 0},
		{"a listed server is another's", "blacklisted", Setting{}, Recognised, with(tcp(localClient, badServer), category(categoryMalware)), -1, 0, 0},
		{"a listed server", "blacklisted_server_contact", Setting{}, Recognised, with(tcp(localClient, badServer), category(categoryMalware)),
			180, 20, flow.ClientAttacker | flow.ServerAttacker},
		{"a listed server, only echoes", "blacklisted_server_contact", Setting{}, Recognised, with(tcp(localClient, badServer), func(f *flow.Flow) {
			f.Key.Proto, f.Result.Category = decode.ProtoICMP, categoryMalware
		}), 9, 1, flow.ClientAttacker | flow.ServerAttacker},
		{"a listed server of somebody else", "blacklisted_server_contact", Setting{}, Recognised,
			with(tcp(farClient, badServer), category(categoryMalware)), -1, 0, 0},
		{"a listed client", "blacklisted_client_contact", Setting{}, Recognised, with(tcp(badClient, localServer), category(categoryMalware)), 25, 25, both},
		{"not listed", "blacklisted_client_contact", Setting{}, Recognised, with(tcp(farClient, localServer), category(categoryMalware)), -1, 0, 0},
		{"TCP to everybody", "broadcast_non_udp_traffic", Setting{}, Begun, tcp(localClient, "255.255.255.255"), 90, 10, flow.ClientAttacker},
		{"TCP to a network", "broadcast_non_udp_traffic", Setting{}, Begun, tcp(localClient, "192.168.1.255"), 90, 10, flow.ClientAttacker},
		{"to every card", "broadcast_non_udp_traffic", Setting{}, Begun, with(tcp(localClient, localServer), func(f *flow.Flow) {
			f.SrvMAC = [6]byte{255, 255, 255, 255, 255, 255}
		}), 90, 10, flow.ClientAttacker},
		{"UDP to everybody", "broadcast_non_udp_traffic", Setting{}, Begun, udp(localClient, "255.255.255.255", 0, 9), -1, 0, 0},
		{"a bad country's server", "country_check", Setting{Items: []string{"NL", "x"}}, Recognised,
			with(tcp(localClient, farServer), func(f *flow.Flow) { f.Srv.Country = [2]byte{'N', 'L'} }), 90, 10, flow.ClientAttacker | flow.ServerAttacker},
		{"a bad country's client", "country_check", Setting{Items: []string{"NL"}}, Recognised,
			with(tcp(farClient, localServer), func(f *flow.Flow) { f.Cli.Country = [2]byte{'N', 'L'} }), 50, 50, both},
		{"a good country", "country_check", Setting{Items: []string{"NL"}}, Recognised,
			with(tcp(localClient, farServer), func(f *flow.Flow) { f.Srv.Country = [2]byte{'I', 'T'} }), -1, 0, 0},
		{"little payload", "low_goodput", Setting{}, Ended, with(tcp(localClient, farServer), func(f *flow.Flow) { f.ToClient.Goodput = 100 }), 5, 5, 0},
		{"little payload of a long flow", "low_goodput", Setting{}, Periodic, with(tcp(localClient, farServer), func(f *flow.Flow) { f.ToClient.Goodput = 100 }), 5, 5, 0},
		{"much payload", "low_goodput", Setting{}, Ended, tcp(localClient, farServer), -1, 0, 0},
		{"Telnet sends little by nature", "low_goodput", Setting{}, Ended, with(tcp(localClient, farServer), func(f *flow.Flow) {
			f.ToClient.Goodput, f.Result.App = 100, protocolTelnet
		}), -1, 0, 0},
		{"many retransmissions", "tcp_packets_issues", Setting{}, Ended, with(tcp(localClient, farServer), func(f *flow.Flow) {
			f.ToClient.Issues.Retransmissions = 4
		}), 50, 50, 0},
		{"some retransmissions", "tcp_packets_issues", Setting{}, Ended, with(tcp(localClient, farServer), func(f *flow.Flow) {
			f.ToClient.Issues.Retransmissions = 3
		}), -1, 0, 0},
		{"only losses count", "tcp_packets_issues", Setting{Limits: map[string]int64{"packet_loss": 1}}, Ended,
			with(tcp(localClient, farServer), func(f *flow.Flow) { f.ToClient.Issues.Retransmissions = 9 }), -1, 0, 0},
		{"no window", "zero_tcp_window", Setting{}, Ended, with(tcp(localClient, farServer), func(f *flow.Flow) { f.ToClient.NumZero = 1 }), 9, 1, 0},
		{"always a window", "zero_tcp_window", Setting{}, Ended, tcp(localClient, farServer), -1, 0, 0},
		{"a desktop outside", "remote_access", Setting{}, Recognised, with(tcp(localClient, farServer), category(categoryRemoteAccess)), 5, 5, 0},
		{"a desktop inside", "remote_access", Setting{}, Recognised, with(tcp(localClient, localServer), category(categoryRemoteAccess)), -1, 0, 0},
		{"Telnet from outside", "remote_to_local_insecure_flow", Setting{}, Recognised,
			with(tcp(farClient, localServer), func(f *flow.Flow) { f.Result.App = protocolTelnet }), 90, 10, both},
		{"malware from outside", "remote_to_local_insecure_flow", Setting{}, Recognised, with(tcp(farClient, localServer), category(categoryMalware)), 10, 90, both},
		{"Telnet from outside, no answer", "remote_to_local_insecure_flow", Setting{}, Recognised, with(tcp(farClient, localServer), func(f *flow.Flow) {
			f.Result.App, f.ToServer.TCPFlags, f.ToClient.TCPFlags = protocolTelnet, decode.SYN, 0
		}), -1, 0, 0},
		{"Telnet from outside, by its port", "remote_to_local_insecure_flow", Setting{}, Recognised, with(tcp(farClient, localServer), func(f *flow.Flow) {
			f.Result.App, f.Result.Confidence = protocolTelnet, dpi.ConfidencePort
		}), -1, 0, 0},
		{"strangers", "remote_to_remote", Setting{}, Recognised, tcp(farClient, farServer), 5, 5, 0},
		{"no strangers", "remote_to_remote", Setting{}, Recognised, tcp(localClient, farServer), -1, 0, 0},
		{"strangers to a group", "remote_to_remote", Setting{}, Recognised, udp(farClient, "239.1.2.3", 0, 9), -1, 0, 0},
		{"reset", "tcp_flow_reset", Setting{}, Ended, with(tcp(localClient, farServer), func(f *flow.Flow) { f.ToClient.TCPFlags |= decode.RST }), 9, 1, 0},
		{"not reset", "tcp_flow_reset", Setting{}, Ended, tcp(localClient, farServer), -1, 0, 0},
		{"nothing said", "tcp_no_data_exchanged", Setting{}, Ended, with(tcp(localClient, farServer), func(f *flow.Flow) {
			f.ToServer.Goodput, f.ToClient.Goodput = 0, 0
		}), 9, 1, 0},
		{"something said", "tcp_no_data_exchanged", Setting{}, Ended, tcp(localClient, farServer), -1, 0, 0},
		{"another name server", "unexpected_dns", Setting{}, Recognised, udp(localClient, farServer, protocolDNS, 53), 90, 10, flow.ClientAttacker},
		{"the name server", "unexpected_dns", Setting{}, Recognised, udp(localClient, localServer, protocolDNS, 53), -1, 0, 0},
		{"the name server, the wrong way round", "unexpected_dns", Setting{}, Recognised,
			with(udp(localServer, farServer, protocolDNS, 9999), func(f *flow.Flow) { f.CliPort = 53 }), -1, 0, 0},
		{"another clock", "unexpected_ntp", Setting{}, Recognised, udp(localClient, farServer, protocolNTP, 123), 90, 10, flow.ClientAttacker},
		{"no clock", "unexpected_ntp", Setting{}, Recognised, udp(localClient, farServer, protocolSkype, 123), -1, 0, 0},
		{"another giver of addresses", "unexpected_dhcp", Setting{}, Recognised, udp(localClient, farServer, protocolDHCP, 67), 90, 10, flow.ClientAttacker},
		{"an answer to a client", "unexpected_dhcp", Setting{}, Recognised, udp(localServer, localClient, protocolDHCP, 68), -1, 0, 0},
		{"a search for givers", "unexpected_dhcp", Setting{}, Recognised, udp(localClient, "255.255.255.255", protocolDHCP, 67), -1, 0, 0},
		{"another mail server", "unexpected_smtp", Setting{}, Recognised,
			with(tcp(localClient, farServer), func(f *flow.Flow) { f.Result.Master = protocolSMTP }), 90, 10, flow.ClientAttacker},
		{"no mail server answers", "unexpected_smtp", Setting{}, Recognised, with(tcp(localClient, farServer), func(f *flow.Flow) {
			f.Result.App, f.ToClient.Packets = protocolSMTPS, 0
		}), -1, 0, 0},
		{"both ways in a VLAN", "vlan_bidirectional_traffic", Setting{Items: []string{"7"}}, Recognised,
			with(tcp(localClient, farServer), func(f *flow.Flow) { f.Key.VLAN = 7 }), 90, 10, 0},
		{"both ways in another VLAN", "vlan_bidirectional_traffic", Setting{Items: []string{"7", "x"}}, Recognised, tcp(localClient, farServer), -1, 0, 0},
		{"one way in a VLAN", "vlan_bidirectional_traffic", Setting{Items: []string{"7"}}, Recognised, with(tcp(localClient, farServer), func(f *flow.Flow) {
			f.Key.VLAN, f.ToClient.Bytes = 7, 0
		}), -1, 0, 0},
	} {
		c.setting.Enabled = true
		s := NewSet(Config{Flow: map[string]Setting{c.key: c.setting},
			Servers: Servers{DNS: listed, NTP: listed, DHCP: listed, SMTP: listed}}, e)
		got := s.Examine(c.hook, c.f, nil)
		switch {
		case c.client < 0:
			if len(got) != 0 {
				t.Errorf("%s: %+v", c.name, got)
			}
		case len(got) != 1:
			t.Errorf("%s: %d alerts", c.name, len(got))
		case int(got[0].Client) != c.client || int(got[0].Server) != c.server || got[0].Roles != c.roles || s.Of(got[0].ID).Key != c.key:
			t.Errorf("%s: %+v of %s", c.name, got[0], s.Of(got[0].ID).Key)
		}
		if !s.Wants(c.hook, 0) {
			t.Errorf("%s: its hook is not wanted", c.name)
		}
		off := NewSet(Config{Flow: map[string]Setting{c.key: {}}}, e)
		if off.Wants(c.hook, ^uint64(0)) || len(off.Examine(c.hook, c.f, nil)) != 0 {
			t.Errorf("%s: raised by a check that is off", c.name)
		}
	}
}

// TestRisks: each risk with a check raises its alert with the classifier's score.
func TestRisks(t *testing.T) {
	t.Parallel()
	for _, year := range []int{2024, 2026} {
		e, err := dpi.New(dpi.Config{TableYear: year})
		if err != nil {
			t.Fatal(err)
		}
		s := NewSet(Config{Year: year}, e)
		for _, r := range riskChecks(year) {
			f := tcp(localClient, localServer)
			f.Result.Risks = 1 << r.risk
			hook := Recognised
			if r.risk == riskUnidirectional {
				hook = Ended
			}
			got := s.Examine(hook, f, nil)
			score := e.Risk(r.risk)
			if len(got) != 1 || got[0].ID != r.alert || got[0].Category != r.category || s.Of(r.alert).Key != r.key ||
				uint16(got[0].Client) != score.ClientScore || uint16(got[0].Server) != score.ServerScore {
				t.Errorf("%d: risk %d: %+v, want alert %d with %d and %d", year, r.risk, got, r.alert, score.ClientScore, score.ServerScore)
			}
		}
	}
}

func TestOrderAndExclusion(t *testing.T) {
	t.Parallel()
	e := engine(t)
	f := tcp(localClient, farServer)
	f.Result.Risks = 1<<49 | 1<<9 | 1<<22 // minor issues, certificate expired, unsafe protocol
	f.Result.Category = categoryMining
	f.ToClient.Packets = manyAnswers + 1
	ids := func(s *Set) (out []uint8) {
		for _, a := range s.Examine(Recognised, f, nil) {
			out = append(out, a.ID)
			if a.ID == 52 && a.Roles != flow.ClientAttacker|flow.ServerAttacker {
				t.Errorf("the server of an unsafe protocol that says much is no attacker: %v", a.Roles)
			}
		}
		return out
	}
	// By the names of the checks: ndpi_minor_issues, ndpi_unsafe_protocol,
	// tls_certificate_expired, web_mining.
	if got := ids(NewSet(Config{}, e)); !slices.Equal(got, []uint8{89, 52, 22, 27}) {
		t.Errorf("alerts %v", got)
	}
	spare := NewSet(Config{Excluded: func(a netip.Addr, vlan uint16, alert uint8) bool { return a == f.Server && alert == 22 }}, e)
	if got := ids(spare); !slices.Equal(got, []uint8{89, 52, 27}) {
		t.Errorf("alerts %v in spite of an exclusion", got)
	}
	f.SrvMAC = [6]byte{255, 255, 255, 255, 255, 255}
	if got := ids(spare); !slices.Equal(got, []uint8{89, 27}) {
		t.Errorf("alerts %v of a search for neighbours", got)
	}
	f.Alerts = f.Alerts.With([]flow.Alert{{ID: 27}})
	if got := ids(spare); slices.Contains(got, 27) {
		t.Errorf("an alert is raised again")
	}
}

func TestParseServers(t *testing.T) {
	t.Parallel()
	got, bad := ParseServers(" 192.168.1.1 , 10.0.0.0/8@7,x,1.2.3.4@x,,fe80::1")
	want := []Server{{netip.MustParsePrefix("192.168.1.1/32"), 0}, {netip.MustParsePrefix("10.0.0.0/8"), 7}, {netip.MustParsePrefix("fe80::1/128"), 0}}
	if !slices.Equal(got, want) || bad != 2 {
		t.Errorf("%v, %d bad", got, bad)
	}
}

func TestRiskTexts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		risk uint8
		meta dpi.Metadata
		want string
	}{
		{7, dpi.Metadata{TLSVersion: 0x0301}, "TLSv1"},
		{7, dpi.Metadata{TLSVersion: 0x9999}, ""},
		{9, dpi.Metadata{TLSNotBefore: 1584454450, TLSNotAfter: 1592230450}, "17/Mar/2020 14:14:10 - 15/Jun/2020 14:14:10"},
		{10, dpi.Metadata{HostName: "a.example", TLSNames: "b.example"}, "a.example vs b.example"},
		{15, dpi.Metadata{}, "No ALPN"},
		{23, dpi.Metadata{DNSQuery: strings.Repeat("x", 49) + ".example"}, "Long DNS host name"},
		{23, dpi.Metadata{DNSQuery: "example"}, "Obsolete DNS record type"},
		{24, dpi.Metadata{}, "SNI should always be present"},
		{32, dpi.Metadata{TLSNotBefore: 0, TLSNotAfter: 400 * 86400}, "TLS Cert lasts 400 days"},
		{35, dpi.Metadata{Entropy: 6440}, "Entropy: 6.440 (Executable?)"},
		{43, dpi.Metadata{DNSQuery: "x", DNSReplyCode: 3}, "DNS Error Code 3"},
		{43, dpi.Metadata{HTTPStatus: 404}, "HTTP Error Code 404"},
		{riskUnidirectional, dpi.Metadata{}, "No client to server traffic"},
		{49, dpi.Metadata{}, ""},
	} {
		f := &flow.Flow{}
		f.ToClient.Packets = 1
		if got := riskText(c.risk, f, &c.meta); got != c.want {
			t.Errorf("risk %d: %q, want %q", c.risk, got, c.want)
		}
	}
}

// TestRolesNow: that the server of an unsafe protocol says much is seen later than
// the protocol.
func TestRolesNow(t *testing.T) {
	t.Parallel()
	s := NewSet(Config{}, engine(t))
	f := tcp(localClient, farServer)
	unsafe, other := flow.Alert{ID: 52, Roles: flow.ClientAttacker}, flow.Alert{ID: 27, Roles: flow.ClientAttacker}
	f.ToClient.Packets = manyAnswers
	if got := s.RolesNow(f, &unsafe); got != flow.ClientAttacker {
		t.Errorf("%v of a server that says little", got)
	}
	f.ToClient.Packets++
	if got := s.RolesNow(f, &unsafe); got != flow.ClientAttacker|flow.ServerAttacker {
		t.Errorf("%v of a server that says much", got)
	}
	if got := s.RolesNow(f, &other); got != flow.ClientAttacker {
		t.Errorf("%v of another alert", got)
	}
}
