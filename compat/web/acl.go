package web

import (
	"net"
	"net/netip"
	"strings"
)

const aclKey = "ntopng.prefs.http_acl_management_port"

// acl is the list of networks that may connect; the last match decides, and an
// empty list allows everyone. It names IPv4 networks only, so with a list IPv6
// peers are refused.
type acl []aclEntry

type aclEntry struct {
	allow bool
	net   netip.Prefix
}

// parseACL reads "+net/bits,-net/bits"; what is malformed is reported and left out.
func parseACL(text string, bad func(item string)) acl {
	var out acl
	for _, item := range strings.Split(text, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		sign := item[0]
		p, err := netip.ParsePrefix(item[1:])
		if err != nil {
			if a, e := netip.ParseAddr(item[1:]); e == nil {
				p, err = a.Prefix(a.BitLen())
			}
		}
		if err != nil || (sign != '+' && sign != '-') {
			bad(item)
			continue
		}
		if sign == '+' && p.Bits() == 0 && len(out) == 0 && !strings.Contains(text, ",") {
			return nil // everyone
		}
		out = append(out, aclEntry{sign == '+', p.Masked()})
	}
	if len(out) == 0 && strings.TrimSpace(text) != "" {
		// Nothing readable in a list someone wrote to keep others out: keep them out.
		return acl{{false, netip.PrefixFrom(netip.IPv4Unspecified(), 0)}}
	}
	return out
}

func (a acl) allows(peer net.Addr) bool {
	if len(a) == 0 {
		return true
	}
	t, ok := peer.(*net.TCPAddr)
	if !ok {
		return false
	}
	ip := t.AddrPort().Addr().Unmap().WithZone("")
	allowed := false
	for _, e := range a {
		if e.net.Contains(ip) {
			allowed = e.allow
		}
	}
	return allowed
}
