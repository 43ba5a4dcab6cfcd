// Package hostpool says which pool a host is in: by the address of its card, or
// by the smallest network of its VLAN that holds its address. Who is in no pool
// is in the default one.
package hostpool

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/gaissmai/bart"

	"ntopgo/engine/mac"
)

// Default is the pool of those who are in no other.
const Default = 0

// Set is the pools of an interface and their members. It is filled, and not
// changed once it is in use.
type Set struct {
	ids  []int
	nets map[uint16]*bart.Table[int] // by VLAN
	macs map[mac.Addr]int
}

// New returns a set with the default pool.
func New() *Set {
	return &Set{ids: []int{Default}, nets: map[uint16]*bart.Table[int]{}, macs: map[mac.Addr]int{}}
}

// IDs lists the pools, the default one first.
func (s *Set) IDs() []int { return s.ids }

// Members is how many members the pools have together.
func (s *Set) Members() int {
	n := len(s.macs)
	for _, t := range s.nets {
		n += t.Size()
	}
	return n
}

// Add makes pool id with its members, each "address/bits@vlan", of which only
// the address is needed, or a MAC address. What is neither is left out.
func (s *Set) Add(id int, members []string) {
	s.ids = append(s.ids, id)
	for _, m := range members {
		if a, ok := mac.Parse(m); ok {
			s.macs[a] = id
			continue
		}
		p, vlan, ok := ParseNetwork(m, 0)
		if !ok {
			continue
		}
		if s.nets[vlan] == nil {
			s.nets[vlan] = &bart.Table[int]{}
		}
		s.nets[vlan].Insert(p, id)
	}
}

// ParseNetwork reads "address/bits@vlan"; vlan is that of a text without one.
func ParseNetwork(text string, vlan uint16) (p netip.Prefix, inVLAN uint16, ok bool) {
	text, v, tagged := strings.Cut(text, "@")
	if tagged {
		n, err := strconv.ParseUint(v, 10, 12)
		if err != nil {
			return p, 0, false
		}
		vlan = uint16(n)
	}
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), vlan, true
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return p, 0, false
	}
	a = a.Unmap().WithZone("")
	return netip.PrefixFrom(a, a.BitLen()), vlan, true
}

// Find is the smallest member network that holds an address, and its pool.
func (s *Set) Find(a netip.Addr, vlan uint16) (p netip.Prefix, pool int, ok bool) {
	t := s.nets[vlan]
	if t == nil || !a.IsValid() {
		return p, Default, false
	}
	return t.LookupPrefixLPM(netip.PrefixFrom(a, a.BitLen()))
}

// ByMAC is the pool of a card.
func (s *Set) ByMAC(a mac.Addr) (pool int, ok bool) {
	pool, ok = s.macs[a]
	return pool, ok
}

// Of is the pool of a host, and whether its card put it there: that comes before
// its address. m is nil where the card is not known.
func (s *Set) Of(a netip.Addr, vlan uint16, m *mac.Mac) (pool int, byMAC bool) {
	if m != nil && len(s.macs) > 0 {
		if id, ok := s.macs[m.Address]; ok {
			return id, true
		}
	}
	_, id, _ := s.Find(a, vlan)
	return id, false
}
