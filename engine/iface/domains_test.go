package iface

import (
	"net/netip"
	"testing"
)

func TestDomainOfTwoAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, want string }{
		{"192.168.1.10", "192.168.1.255", "192.168.1.0/24"},
		{"192.168.1.10", "192.168.1.11", "192.168.1.0/28"},
		{"10.0.0.1", "10.0.127.1", "10.0.0.0/17"},
		{"10.0.0.1", "10.0.128.1", ""}, // too large
		{"10.0.0.1", "10.0.0.1", ""},
		{"0.0.0.0", "10.0.0.1", ""},
		{"169.254.1.1", "10.0.0.1", ""},
		{"fe80::1", "fe80::2", ""},
	} {
		p, ok := domainOf(netip.MustParseAddr(c.a), netip.MustParseAddr(c.b))
		if ok != (c.want != "") || ok && p.String() != c.want {
			t.Errorf("%s and %s: %v, want %q", c.a, c.b, p, c.want)
		}
	}
}

// A domain inside another is part of it; one that turns out to be larger counts
// from then on.
func TestDomainsJoin(t *testing.T) {
	t.Parallel()
	small, large, other := netip.MustParsePrefix("10.0.0.16/28"), netip.MustParsePrefix("10.0.0.0/24"), netip.MustParsePrefix("10.1.0.0/28")
	for _, c := range []struct {
		order []netip.Prefix
		hits  uint64
	}{{[]netip.Prefix{small, small, other, large}, 1}, {[]netip.Prefix{large, small, small, other}, 3}} {
		i := &Interface{}
		for _, p := range c.order {
			i.domains.see(p)
		}
		got := i.Domains()
		if len(got) != 2 || got[0] != (Domain{large, c.hits}) || got[1] != (Domain{other, 1}) {
			t.Errorf("%v: %v", c.order, got)
		}
	}
}
