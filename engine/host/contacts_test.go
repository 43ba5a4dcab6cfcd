package host

import (
	"fmt"
	"net/netip"
	"testing"

	"ntopgo/engine/counters"
	"ntopgo/engine/network"
)

func newHost(t *testing.T) (*Table, *Host) {
	t.Helper()
	nets, err := network.Parse("10.0.0.0/8", nil)
	if err != nil {
		t.Fatal(err)
	}
	tab := NewTable(0, nets, nil)
	return tab, tab.Get(Key{Addr: netip.MustParseAddr("10.0.0.1")}, nil, 1)
}

func TestSite(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"www.example.com": "example.com", "a.b.example.com": "b.example.com",
		"example.com": "example.com", "localhost": "localhost", "10.0.0.1": "", "1.0.0.10.in-addr.arpa": "", "": "", "::1": ""} {
		if got := Site(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestContactsCountDifferentOnes(t *testing.T) {
	t.Parallel()
	_, h := newHost(t)
	h.Update(func(d *Data) {
		c := d.Contacted()
		for n := 0; n < 3; n++ {
			c.Asked("www.example.com", true)
			c.Asked("WWW.example.com", true)
			c.Visit("www.example.com")
			c.Server(DNSServers, netip.MustParseAddr("8.8.8.8"))
		}
		c.Asked("missing.example.com", false)
		c.Visit("other.org")
	})
	n := h.Contacts()
	if n.Names != 1 || n.Domains != 2 || n.Servers[DNSServers] != 1 || n.Servers[NTPServers] != 0 {
		t.Errorf("%+v", n)
	}
	if s := h.Sites(); len(s) != 2 || s[0] != (Visits{"example.com", 3}) || s[1] != (Visits{"other.org", 1}) {
		t.Errorf("sites %v", s)
	}
	h.ResetSites()
	if s := h.Sites(); len(s) != 0 || h.Contacts().Names != 1 {
		t.Errorf("after the reset: %v, %+v", s, h.Contacts())
	}
}

func TestSitesAreBounded(t *testing.T) {
	t.Parallel()
	_, h := newHost(t)
	h.Update(func(d *Data) {
		c := d.Contacted()
		for n := 0; n < 3; n++ {
			c.Visit("often.org")
		}
		for n := 0; n < 2*maxSites; n++ {
			c.Visit(fmt.Sprintf("site%d.org", n))
		}
	})
	if s := h.Sites(); len(s) != maxSites || s[0].Site != "often.org" {
		t.Errorf("%d sites, first %v", len(s), s[0])
	}
}

// Hosts that were only ever spoken to are counted, whichever direction begins first.
func TestSpeak(t *testing.T) {
	t.Parallel()
	for name, says := range map[string][][2]bool{
		"asked": {{true, false}}, "answered": {{true, false}, {false, true}}, "at once": {{true, true}},
		"answered again": {{true, false}, {true, true}, {true, true}}, "the other way": {{false, true}},
	} {
		tab, srv := newHost(t)
		cli := tab.Get(Key{Addr: netip.MustParseAddr("192.168.1.77")}, nil, 1)
		asked, answered := false, false
		for _, s := range says {
			tab.Speak(cli, srv, s[0], s[1])
			asked, answered = asked || s[0], answered || s[1]
			want := 1
			if asked && answered {
				want = 0
			}
			if _, rx, _ := tab.Kinds(); rx != want {
				t.Errorf("%s: %d hosts only listen, want %d", name, rx, want)
			}
		}
	}
}

// A reset leaves the number of hosts that only listen right.
func TestResetKeepsTheTableRight(t *testing.T) {
	t.Parallel()
	tab, h := newHost(t)
	gain := func() {
		g := Gained{Sent: &counters.Gain{}, Rcvd: &counters.Gain{Packets: 1, Bytes: 60}, Proto: 17}
		tab.Speak(nil, h, true, false)
		h.Gain(&g)
	}
	gain()
	if _, rx, _ := tab.Kinds(); rx != 1 {
		t.Fatalf("%d listeners", rx)
	}
	h.Update(func(d *Data) { d.Detail().Learn(&Names{DHCP: "pc"}, 1) })
	tab.Reset(h, false, 5)
	d := h.Snapshot()
	if _, rx, _ := tab.Kinds(); rx != 0 || d.Traffic().Bytes() != 0 || d.Names.DHCP != "pc" || d.FirstSeen != 1 {
		t.Errorf("reset: %d listeners, %+v", rx, d)
	}
	gain()
	tab.Reset(h, true, 5)
	d = h.Snapshot()
	if _, rx, _ := tab.Kinds(); rx != 0 || d.Names.DHCP != "" || d.FirstSeen != 5 {
		t.Errorf("forgotten: %d listeners, %+v", rx, d)
	}
}
