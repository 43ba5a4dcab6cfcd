package iface

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"sort"

	"ntopgo/engine/mac"
)

var (
	broadcastMAC     = mac.Addr{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	limitedBroadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})
	linkLocal        = netip.PrefixFrom(netip.AddrFrom4([4]byte{169, 254}), 16)
)

// Broadcast domains are no smaller than a /28 and smaller than a /16.
const (
	smallestDomain = 28
	largestDomain  = 17
)

// maxDomains bounds what forged ARP packets can make an interface remember.
const maxDomains = 1024

// domainOf is the smallest broadcast domain that holds both addresses, which
// were seen to speak to each other on one link; ok is false for what tells
// nothing (the address probes of RFC 5227, link-local addresses) and for
// domains that would be too large to be one.
func domainOf(a, b netip.Addr) (p netip.Prefix, ok bool) {
	if !a.Is4() || !b.Is4() || a == b || a.IsUnspecified() || b.IsUnspecified() || linkLocal.Contains(a) || linkLocal.Contains(b) {
		return p, false
	}
	x, y := a.As4(), b.As4()
	common := bits.LeadingZeros32(binary.BigEndian.Uint32(x[:]) ^ binary.BigEndian.Uint32(y[:]))
	n := min(common, smallestDomain)
	if n < largestDomain {
		return p, false
	}
	return netip.PrefixFrom(a, n).Masked(), true
}

// noteDomain counts that two addresses of one link spoke to each other.
func (s *shard) noteDomain(a, b netip.Addr) {
	p, ok := domainOf(a, b)
	if !ok {
		return
	}
	if s.bcast == nil {
		s.bcast = map[netip.Prefix]uint64{}
	}
	if len(s.bcast) < maxDomains {
		s.bcast[p]++
	}
}

// domains are the broadcast domains that an interface has learnt, with how often
// each was seen. A domain inside another is part of it.
type domains struct{ hits map[netip.Prefix]uint64 }

func (d *domains) add(seen map[netip.Prefix]uint64) {
	if len(seen) > 0 && d.hits == nil {
		d.hits = map[netip.Prefix]uint64{}
	}
	for p, n := range seen {
		if _, there := d.hits[p]; there || len(d.hits) < maxDomains {
			d.hits[p] += n
		}
	}
}

// Domain is a broadcast domain.
type Domain struct {
	Prefix netip.Prefix
	Hits   uint64 // how often hosts of it were seen to speak on one link
}

// list joins the domains that are inside others with these, largest first.
func (d *domains) list() []Domain {
	out := make([]Domain, 0, len(d.hits))
	for p, n := range d.hits {
		out = append(out, Domain{p, n})
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i].Prefix, out[j].Prefix
		return a.Bits() < b.Bits() || a.Bits() == b.Bits() && a.Addr().Less(b.Addr())
	})
	kept := out[:0]
next:
	for _, x := range out {
		for i := range kept {
			if kept[i].Prefix.Overlaps(x.Prefix) {
				kept[i].Hits += x.Hits
				continue next
			}
		}
		kept = append(kept, x)
	}
	return kept
}

// Domains lists the broadcast domains seen so far, largest first.
func (i *Interface) Domains() []Domain {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.domains.list()
}

// ResetDomains forgets the broadcast domains.
func (i *Interface) ResetDomains() {
	i.mu.Lock()
	i.domains = domains{}
	i.mu.Unlock()
}
