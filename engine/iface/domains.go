package iface

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"net/netip"
	"slices"

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

// maxDomains bounds what forged ARP packets can make an interface remember, and
// maxSightings what a shard keeps of one second.
const (
	maxDomains   = 1024
	maxSightings = 4096
)

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

// sighting is that two addresses of one link spoke to each other.
type sighting struct {
	time   int64
	domain netip.Prefix
}

func (s *shard) noteDomain(a, b netip.Addr, t int64) {
	if p, ok := domainOf(a, b); ok && len(s.sightings) < maxSightings {
		s.sightings = append(s.sightings, sighting{t, p})
	}
}

// domains are the broadcast domains that an interface has learnt.
type domains struct{ list []Domain }

// Domain is a broadcast domain.
type Domain struct {
	Prefix netip.Prefix
	Hits   uint64 // how often hosts of it were seen to speak, since it was found
}

// see counts a sighting in the domain that holds it. A larger domain than was
// known takes the place of those inside it.
func (d *domains) see(p netip.Prefix) {
	for i := range d.list {
		have := d.list[i].Prefix
		if have.Bits() <= p.Bits() && have.Contains(p.Addr()) {
			d.list[i].Hits++
			return
		}
	}
	d.list = slices.DeleteFunc(d.list, func(have Domain) bool { return p.Contains(have.Prefix.Addr()) })
	if len(d.list) < maxDomains {
		d.list = append(d.list, Domain{p, 1})
	}
}

// takeSightings takes what the shards saw in the second that ends.
func (i *Interface) takeSightings() (all []sighting) {
	for _, s := range i.shards {
		s.mu.Lock()
		all = append(all, s.sightings...)
		s.sightings = s.sightings[:0]
		s.mu.Unlock()
	}
	return all
}

// learnDomains goes through all that takeSightings returned, in order of time.
func (i *Interface) learnDomains(all []sighting) {
	if len(all) == 0 {
		return
	}
	slices.SortFunc(all, func(a, b sighting) int {
		return cmp.Or(cmp.Compare(a.time, b.time), a.domain.Addr().Compare(b.domain.Addr()), cmp.Compare(a.domain.Bits(), b.domain.Bits()))
	})
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, s := range all {
		i.domains.see(s.domain)
	}
}

// Domains lists the broadcast domains seen so far, largest first.
func (i *Interface) Domains() []Domain {
	i.mu.Lock()
	out := slices.Clone(i.domains.list)
	i.mu.Unlock()
	slices.SortFunc(out, func(a, b Domain) int {
		return cmp.Or(cmp.Compare(a.Prefix.Bits(), b.Prefix.Bits()), a.Prefix.Addr().Compare(b.Prefix.Addr()))
	})
	return out
}

// ResetDomains forgets the broadcast domains.
func (i *Interface) ResetDomains() {
	i.mu.Lock()
	i.domains = domains{}
	i.mu.Unlock()
}
