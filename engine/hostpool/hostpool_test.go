package hostpool

import (
	"net/netip"
	"testing"

	"ntopgo/engine/mac"
)

func TestSet(t *testing.T) {
	t.Parallel()
	s := New()
	s.Add(2, []string{"10.0.0.0/8@0", "10.1.0.0/16", "192.0.2.7", "2001:db8::/32", "junk", "", "10.0.0.0/8@x", "10.0.0.0/8@4096"})
	s.Add(3, []string{"10.1.2.0/24@0", "10.0.0.0/8@7", "02:00:00:00:00:01"})
	card := &mac.Mac{Address: mac.Addr{2, 0, 0, 0, 0, 1}}
	other := &mac.Mac{Address: mac.Addr{2, 0, 0, 0, 0, 2}}
	for _, c := range []struct {
		addr  string
		vlan  uint16
		m     *mac.Mac
		pool  int
		byMAC bool
	}{{"10.9.9.9", 0, nil, 2, false}, {"10.1.9.9", 0, other, 2, false}, {"10.1.2.3", 0, nil, 3, false}, {"10.1.2.3", 7, nil, 3, false},
		{"10.1.2.3", 8, nil, Default, false}, {"192.0.2.7", 0, nil, 2, false}, {"192.0.2.8", 0, nil, Default, false},
		{"2001:db8::1", 0, nil, 2, false}, {"10.9.9.9", 0, card, 3, true}} {
		if pool, byMAC := s.Of(netip.MustParseAddr(c.addr), c.vlan, c.m); pool != c.pool || byMAC != c.byMAC {
			t.Errorf("%s@%d: pool %d by card %v, want %d %v", c.addr, c.vlan, pool, byMAC, c.pool, c.byMAC)
		}
	}
	if p, pool, ok := s.Find(netip.MustParseAddr("10.1.2.3"), 0); !ok || pool != 3 || p.Bits() != 24 {
		t.Errorf("found %v %d %v", p, pool, ok)
	}
	if _, _, ok := s.Find(netip.Addr{}, 0); ok {
		t.Error("no address is in a pool")
	}
	if len(s.IDs()) != 3 || s.Members() != 7 {
		t.Errorf("%v, %d members", s.IDs(), s.Members())
	}
}

func FuzzParseNetwork(f *testing.F) {
	for _, s := range []string{"10.0.0.0/8@0", "::1", "1.2.3.4@4095", "@", "fe80::1%eth0/64@1", "1.2.3.4/33"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, vlan, ok := ParseNetwork(s, 3)
		if !ok {
			return
		}
		if !p.IsValid() || p != p.Masked() || vlan > 4095 {
			t.Errorf("%q: %v in VLAN %d", s, p, vlan)
		}
		set := New()
		set.Add(1, []string{s})
		if _, inVLAN, _ := ParseNetwork(s, 0); inVLAN == vlan {
			if _, id, found := set.Find(p.Addr(), vlan); !found || id != 1 {
				t.Errorf("%q does not hold %v", s, p.Addr())
			}
		}
	})
}
