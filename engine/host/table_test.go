package host

import (
	"net/netip"
	"testing"

	"ntopgo/engine/network"
)

// TestHostsAreLocatedOnce asks where each host belongs, once.
func TestHostsAreLocatedOnce(t *testing.T) {
	t.Parallel()
	nets, err := network.Parse("10.0.0.0/8", nil)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	tab := NewTable(0, nets, func(a netip.Addr) Place {
		asked++
		if a.Is4() {
			return Place{AS: 64500, Country: [2]byte{'N', 'L'}}
		}
		return Place{}
	})
	for range 3 {
		if h := tab.Get(Key{Addr: netip.MustParseAddr("192.0.2.1")}, nil, 1); h.AS != 64500 || string(h.Country[:]) != "NL" {
			t.Errorf("system %d, country %q", h.AS, h.Country)
		}
		if h := tab.Get(Key{Addr: netip.MustParseAddr("2001:db8::1")}, nil, 1); h.AS != 0 || h.Country != ([2]byte{}) {
			t.Errorf("system %d, country %q, want none", h.AS, h.Country)
		}
	}
	if asked != 2 {
		t.Errorf("asked %d times for two hosts", asked)
	}
}
