package dpi

import (
	"net/netip"
	"testing"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	a, err := parseAddresses("10.0.0.0/8 1\n10.1.0.0/16 2\n10.1.2.3/32 3\n255.255.255.0/24 4\n2001:db8::/32 5\n2001:db8:1::/48 6\n")
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]uint16{
		"9.255.255.255": 0, "10.0.0.0": 1, "10.0.255.255": 1, "10.1.0.0": 2, "10.1.2.2": 2, "10.1.2.3": 3, "10.1.2.4": 2,
		"10.2.0.0": 1, "10.255.255.255": 1, "11.0.0.0": 0, "255.255.255.255": 4, "2001:db7:ffff::": 0, "2001:db8::1": 5,
		"2001:db8:1::": 6, "2001:db8:1:ffff::": 6, "2001:db8:2::": 5, "2001:db9::": 0, "::": 0, "0.0.0.0": 0,
	} {
		if got := a.find(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s belongs to %d, want %d", addr, got, want)
		}
	}
	if got := a.find(netip.Addr{}); got != 0 {
		t.Errorf("no address belongs to %d", got)
	}
	for _, bad := range []string{"10.0.0.0/33 1\n", "10.0.0.0/8 x\n", "10.0.0.0/8\n"} {
		if _, err := parseAddresses(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
