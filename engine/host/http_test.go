package host

import (
	"fmt"
	"net/netip"
	"testing"

	"ntopgo/engine/network"
)

func TestVirtualHosts(t *testing.T) {
	t.Parallel()
	nets, err := network.Parse("10.0.0.0/8", nil)
	if err != nil {
		t.Fatal(err)
	}
	tab := NewTable(0, nets, nil)
	h := tab.Get(Key{Addr: netip.MustParseAddr("10.0.0.1")}, nil, 0)
	const second = int64(1e9)
	tab.CountVirtualHost(h, "a", 1, 10, 20, 100*second)
	tab.CountVirtualHost(h, "a", 2, 1, 2, 106*second)
	for _, c := range []struct {
		at             int64
		recent, before uint64
	}{{106, 1, 0}, {112, 2, 1}, {118, 0, 2}, {124, 0, 0}, {1e6, 0, 0}} {
		if got := h.VirtualHosts(c.at * second); len(got) != 1 || got[0] != (VirtualHost{"a", 11, 22, 3, c.recent, c.before}) {
			t.Errorf("at %d: %+v", c.at, got)
		}
	}
	for n := range maxVirtualHosts + 5 {
		tab.CountVirtualHost(h, fmt.Sprint(n), 1, 0, 0, 200*second)
	}
	if got := tab.VirtualHosts(); got != maxVirtualHosts {
		t.Errorf("%d names in all", got)
	}
	tab.CountVirtualHost(h, "new", 1, 0, 0, 420*second) // only "a" is idle for long enough
	tab.CountVirtualHost(h, "newer", 1, 0, 0, 420*second)
	names := map[string]bool{}
	for _, v := range h.VirtualHosts(0) {
		names[v.Name] = true
	}
	if names["a"] || !names["new"] || names["newer"] || len(names) != maxVirtualHosts {
		t.Errorf("%d names: %v", len(names), names)
	}
	if tab.Purge(1, 1); tab.VirtualHosts() != 0 {
		t.Errorf("%d names though the server is gone", tab.VirtualHosts())
	}
}

func TestRatesOfMessages(t *testing.T) {
	t.Parallel()
	var m HTTPMessages
	for range 12 {
		m.Request(101e9, "GET")
	}
	for at, want := range map[int64]uint64{101e9: 0, 105e9: 2, 110e9: 0, 1e15: 0} {
		if got := m.Rate(at).Get; got != want {
			t.Errorf("at %d: %d a second, want %d", at, got, want)
		}
	}
	m.Answer(106e9, 2)
	if got := m.Rate(107e9); got.Get != 2 || got.Status[2] != 0 || m.Get != 12 {
		t.Errorf("%+v, %d in all", got, m.Get)
	}
}
