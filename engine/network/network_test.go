package network

import (
	"net/netip"
	"testing"
)

func TestAdd(t *testing.T) {
	t.Parallel()
	s, err := Parse("10.0.0.0/8,10.1.0.0/255.255.0.0=lab", []netip.Addr{netip.MustParseAddr("198.51.100.1")})
	if err != nil {
		t.Fatal(err)
	}
	before := s.Fixed()
	if err := s.Add("203.0.113.0/24=dmz, 10.0.0.0/8"); err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]int{"10.9.9.9": 0, "10.1.2.3": 1, "203.0.113.9": 2, "192.0.2.1": NoID, "198.51.100.1": NoID} {
		if got := s.ID(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s is in network %d, want %d", addr, got, want)
		}
	}
	if len(s.All()) != 3 || s.All()[2].Name() != "dmz" || !s.Local(netip.MustParseAddr("198.51.100.1")) {
		t.Errorf("%v", s.All())
	}
	if len(before.All()) != 2 || before.ID(netip.MustParseAddr("203.0.113.9")) != NoID {
		t.Error("a fixed set changed")
	}
	for _, bad := range []string{"", "x", "10.0.0.0/33", "192.0.2.0/24,x"} {
		if err := s.Add(bad); err == nil {
			t.Errorf("%q was added", bad)
		}
	}
	if len(s.All()) != 3 {
		t.Errorf("half of a bad list was added: %v", s.All())
	}
}

// TestLocal: what cannot leave a machine or a link is local without being in a
// network.
func TestLocal(t *testing.T) {
	t.Parallel()
	s, err := Parse("10.0.0.0/8", nil)
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]bool{"10.1.2.3": true, "127.0.0.5": true, "fe80::1": true, "::1": false, "169.254.1.1": false, "192.0.2.1": false} {
		a := netip.MustParseAddr(addr)
		if s.Local(a) != want {
			t.Errorf("%s is local: %v", addr, !want)
		}
		if s.ID(a) != NoID && addr != "10.1.2.3" {
			t.Errorf("%s is in network %d", addr, s.ID(a))
		}
	}
}
