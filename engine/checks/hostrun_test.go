package checks

import (
	"fmt"
	"net/netip"
	"testing"

	"ntopgo/engine/dpi"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
	"ntopgo/engine/network"
)

// table is a table of hosts where 192.168.1.0/24 is local.
func table(t *testing.T) *host.Table {
	t.Helper()
	nets, err := network.Parse("192.168.1.0/24", nil)
	if err != nil {
		t.Fatal(err)
	}
	return host.NewTable(0, nets, nil)
}

func get(tab *host.Table, a string, m *mac.Mac) *host.Host {
	return tab.Get(host.Key{Addr: netip.MustParseAddr(a)}, m, 1e9)
}

func TestHostChecks(t *testing.T) {
	t.Parallel()
	e, err := dpi.New(dpi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	hits := func(n int) (h host.Hits) {
		for range n + 1 { // the first ends a pause
			h.Note(100)
		}
		return h
	}
	server := func(n int) netip.Addr { return netip.AddrFrom4([4]byte{203, 0, 113, byte(n)}) }
	for _, c := range []struct {
		name, key        string
		setting          Setting
		change           func(d *host.Data)
		value            int64 // -1: no alert
		client, server   uint8
		attacker, victim bool
	}{
		{"flooder", "flow_flood", Setting{}, func(d *host.Data) { d.FlowHits[host.AsClient] = hits(257) }, 257, 50, 0, true, false},
		{"flooded", "flow_flood", Setting{Threshold: 5}, func(d *host.Data) { d.FlowHits[host.AsServer] = hits(6) }, 6, 0, 50, false, true},
		{"busy", "flow_flood", Setting{}, func(d *host.Data) { d.FlowHits[host.AsClient] = hits(256) }, -1, 0, 0, false, false},
		{"pings", "icmp_flood", Setting{}, func(d *host.Data) { d.Alerted().ICMP[0] = hits(251) }, 251, 50, 0, true, false},
		{"pinged", "icmp_flood", Setting{}, func(d *host.Data) { d.Alerted().ICMP[1] = hits(251) }, 251, 0, 50, false, true},
		{"no ICMP", "icmp_flood", Setting{}, func(*host.Data) {}, -1, 0, 0, false, false},
		{"scans with SYN", "syn_scan", Setting{}, func(d *host.Data) { d.Sent.Syn, d.Rcvd.SynAck = 300, 43 }, 257, 50, 0, true, false},
		{"is scanned with SYN", "syn_scan", Setting{}, func(d *host.Data) { d.Rcvd.Syn, d.Sent.SynAck = 300, 43 }, 257, 0, 50, false, true},
		{"connects", "syn_scan", Setting{}, func(d *host.Data) { d.Sent.Syn, d.Rcvd.SynAck = 300, 300 }, -1, 0, 0, false, false},
		{"scans with FIN", "fin_scan", Setting{}, func(d *host.Data) { d.Alerted().LoneFINs[0] = 257 }, 257, 50, 0, true, false},
		{"ends connections", "fin_scan", Setting{}, func(d *host.Data) { d.Sent.FinAck = 1000 }, -1, 0, 0, false, false},
		{"is scanned with RST", "rst_scan", Setting{}, func(d *host.Data) { d.Rcvd.Rst = 257 }, 257, 0, 50, false, true},
		{"gets nowhere", "scan_detection", Setting{}, func(d *host.Data) { d.Alerted().Incomplete = 33 }, 33, 100, 0, false, false},
		{"gets somewhere", "scan_detection", Setting{}, func(d *host.Data) { d.Alerted().Incomplete = 32 }, -1, 0, 0, false, false},
		{"asks six name servers", "dns_contacts", Setting{}, func(d *host.Data) {
			for n := range 6 {
				d.Contacted().Server(host.DNSServers, server(n))
			}
		}, 6, 10, 0, false, false},
		{"asks six mail servers", "smtp_contacts", Setting{}, func(d *host.Data) {
			for n := range 6 {
				d.Contacted().Server(host.DNSServers, server(n))
			}
		}, -1, 0, 0, false, false},
		{"asks two clocks", "ntp_contacts", Setting{Threshold: 1}, func(d *host.Data) {
			for n := range 2 {
				d.Contacted().Server(host.NTPServers, server(n))
			}
		}, 2, 10, 0, false, false},
		{"asks for many names", "domain_names_contacts", Setting{Threshold: 2}, func(d *host.Data) {
			for n := range 3 {
				d.Contacted().Asked(fmt.Sprint(n), false)
			}
		}, 3, 5, 5, false, false},
		{"travels", "countries_contacts", Setting{Threshold: 1}, func(d *host.Data) {
			d.Contacted().VisitCountry([2]byte{'N', 'L'})
			d.Contacted().VisitCountry([2]byte{'I', 'T'})
			d.Contacted().VisitCountry([2]byte{'I', 'T'})
		}, 2, 10, 0, false, false},
		{"controls another", "remote_connection", Setting{}, func(d *host.Data) { d.Alerted().RemoteAccess = 2 }, 2, 5, 5, false, false},
		{"controls nobody", "remote_connection", Setting{}, func(d *host.Data) { d.Alerted() }, -1, 0, 0, false, false},
	} {
		c.setting.Enabled = true
		set := NewSet(Config{Host: map[string]Setting{c.key: c.setting}}, e)
		h := get(table(t), "192.168.1.7", nil)
		h.Update(c.change)
		var run Hosts
		run.Begin(set, []*host.Host{h})
		got := run.Run(set, h, 1000, 1000)
		if c.value < 0 {
			if len(got) != 0 {
				t.Errorf("%s: %+v", c.name, got[0])
			}
			continue
		}
		if len(got) != 1 {
			t.Errorf("%s: %d alerts", c.name, len(got))
			continue
		}
		a := got[0]
		if a.Key != c.key || a.Value != c.value || a.Client != c.client || a.Server() != c.server || a.Attacker != c.attacker || a.Victim != c.victim {
			t.Errorf("%s: %+v, client %d, server %d", c.name, a, a.Client, a.Server())
		}
		if run.Due(h, 1059) || !run.Due(h, 1060) {
			t.Errorf("%s: is not due once a minute", c.name)
		}
		switch c.key { // those that look at a state and not at what came since
		case "dns_contacts", "ntp_contacts", "remote_connection":
			continue
		}
		if again := run.Run(set, h, 1060, 1060); len(again) != 0 {
			t.Errorf("%s: raised again though nothing came since: %+v", c.name, again[0])
		}
	}
}

func TestScoresOfHosts(t *testing.T) {
	t.Parallel()
	e, err := dpi.New(dpi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	set := NewSet(Config{Host: map[string]Setting{"score_threshold": {Enabled: true, Threshold: 100}, "dangerous_host": {Enabled: true, Threshold: 150}}}, e)
	h := get(table(t), "192.168.1.7", nil)
	var run Hosts
	h.AddScore(host.AsServer, 1, 101, 1000)
	got := run.Run(set, h, 0, 1000)
	if len(got) != 1 || got[0].Key != "score_threshold" || got[0].Value != 101 || got[0].Client != 0 || got[0].Server() != 150 {
		t.Fatalf("%+v", got)
	}
	h.AddScore(host.AsClient, 1, 100, 1000)
	for n := 1; n <= runsOfDanger+1; n++ {
		got = run.Run(set, h, int64(n)*hostPeriod, 1000)
		dangerous := len(got) == 2
		if dangerous != (n > runsOfDanger) {
			t.Errorf("after %d runs: %d alerts", n, len(got))
		}
	}
	if a := got[0]; a.Key != "dangerous_host" || a.Value != 201 || a.Runs != runsOfDanger+1 {
		t.Errorf("%+v", a)
	}
	h.AddScore(host.AsClient, 1, -100, 0)
	if got = run.Run(set, h, 9999, 1000); len(got) != 1 {
		t.Errorf("%d alerts when the score is low again", len(got))
	}
}

func TestGateways(t *testing.T) {
	t.Parallel()
	e, err := dpi.New(dpi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	on := map[string]Setting{"unexpected_gateway": {Enabled: true}}
	set := NewSet(Config{Host: on}, e)
	known := NewSet(Config{Host: on, Servers: Servers{Gateway: []Server{{Prefix: netip.MustParsePrefix("192.168.1.1/32")}}}}, e)
	tab, macs := table(t), mac.NewTable()
	router, card := macs.Get(mac.Addr{2, 1}, 1), macs.Get(mac.Addr{2, 2}, 1)
	gateway, other := get(tab, "192.168.1.1", router), get(tab, "192.168.1.7", card)
	far := get(tab, "203.0.113.5", router)
	var run Hosts
	all := []*host.Host{gateway, other, far}
	run.Begin(set, all)
	for n, h := range all {
		if got := run.Run(set, h, 0, 0); (len(got) == 1) != (n == 0) {
			t.Errorf("%s: %d alerts", h.Addr, len(got))
		}
	}
	if got := run.Run(known, gateway, 0, 0); len(got) != 0 {
		t.Error("a known gateway is unexpected")
	}
	run.Begin(set, nil)
	if run.End(); len(run.states) != 0 {
		t.Errorf("%d hosts are remembered that are gone", len(run.states))
	}
}
