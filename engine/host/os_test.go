package host

import (
	"net/netip"
	"testing"

	"ntopgo/engine/aggregate"
	"ntopgo/engine/hostpool"
	"ntopgo/engine/mac"
)

func TestOSOfAgent(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]OS{
		"Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:99.0) Gecko/20100101": Linux,
		"Mozilla/5.0 (Linux; Android 14; Pixel 8)":                        Android,
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64)":                       Windows,
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)":                 MacOS,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X)":          IOS,
		"fetch (FreeBSD)": FreeBSD, "curl/8.0": UnknownOS, "Linux": UnknownOS, "x (Linux": UnknownOS, "": UnknownOS, ")(": UnknownOS,
	} {
		if got := OSOfAgent(agent); got != want {
			t.Errorf("%q: %d, want %d", agent, got, want)
		}
	}
}

func TestOSIsBelievedBySource(t *testing.T) {
	t.Parallel()
	tab, h := newHost(t)
	os := func() OS { return h.Snapshot().OS }
	for n, c := range []struct {
		os    OS
		from  OSSource
		first int64
		want  OS
	}{{UnknownOS, OSFromScript, 9, UnknownOS}, {Windows, OSFromAgent, 5, Windows}, {Linux, OSFromAgent, 4, Windows}, {Linux, OSFromAgent, 6, Linux},
		{MacOS, OSFromDHCP, 0, MacOS}, {Windows, OSFromAgent, 99, MacOS}, {Android, OSFromSYN, 1, Android}, {IOS, OSFromScript, 1, IOS},
		{FreeBSD, OSFromSYN, 100, IOS}} {
		tab.LearnOS(h, c.os, c.from, c.first)
		if os() != c.want || h.Member().ID(aggregate.System) != uint32(c.want) {
			t.Errorf("step %d: %d in group %d, want %d", n, os(), h.Member().ID(aggregate.System), c.want)
		}
	}
}

// DHCP requests tell of the hosts of their station, those that come later too.
func TestOSByDHCP(t *testing.T) {
	t.Parallel()
	tab, other := newHost(t)
	m := mac.NewTable().Get(mac.Addr{2, 0, 0, 0, 0, 1}, 1)
	early := tab.Get(Key{Addr: netip.MustParseAddr("10.0.0.2")}, m, 1)
	m.Update(func(d *mac.Data) { d.DHCPFingerprint = "1,121,3,6,15,119,252" })
	tab.LearnDHCP(m)
	late := tab.Get(Key{Addr: netip.MustParseAddr("10.0.0.3")}, m, 2)
	if early.Snapshot().OS != IOS || late.Snapshot().OS != IOS || other.Snapshot().OS != UnknownOS {
		t.Errorf("early %d, late %d, another %d", early.Snapshot().OS, late.Snapshot().OS, other.Snapshot().OS)
	}
	if v := tab.Aggregates().Find(aggregate.Key{Kind: aggregate.System, ID: uint32(IOS)}).View(); v.Hosts != 2 {
		t.Errorf("%d hosts", v.Hosts)
	}
}

func TestHostsChangeTheirPool(t *testing.T) {
	t.Parallel()
	tab, h := newHost(t)
	pool := func() uint32 { return h.Member().ID(aggregate.Pool) }
	if pool() != hostpool.Default {
		t.Errorf("pool %d without any", pool())
	}
	p := hostpool.New()
	p.Add(4, []string{"10.0.0.0/24"})
	p.Add(5, []string{"02:00:00:00:00:09"})
	tab.SetPools(p)
	if pool() != 4 {
		t.Errorf("pool %d, want 4", pool())
	}
	// The card that an earlier flow shows puts it into another.
	card := mac.NewTable().Get(mac.Addr{2, 0, 0, 0, 0, 9}, 1)
	moved := h.Lock().Begin(true, card, 0)
	h.Unlock()
	tab.Repool(h)
	if !moved || pool() != 5 {
		t.Errorf("moved %v, pool %d, want 5", moved, pool())
	}
	tab.SetPools(hostpool.New())
	if pool() != hostpool.Default {
		t.Errorf("pool %d after all were removed", pool())
	}
	// A host that is forgotten is in no group, and stays out.
	tab.Purge(1<<62, 1<<62)
	tab.SetPools(p)
	if h.Member() != nil || tab.Aggregates().Find(aggregate.Key{Kind: aggregate.Pool, ID: 4}).View().Hosts != 0 {
		t.Error("a forgotten host is still counted")
	}
}
