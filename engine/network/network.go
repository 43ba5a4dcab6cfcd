// Package network knows which addresses are local: the networks given by the
// user (-m) with their aliases, and the addresses of this machine.
package network

import (
	"fmt"
	"net/netip"
	"os"
	"strings"

	"github.com/gaissmai/bart"
)

// NoID is the id of an address that is in no local network.
const NoID = -1

// Network is one local network. Its id is its place in the list.
type Network struct {
	ID     int
	Prefix netip.Prefix
	Alias  string
}

// Name is the alias, or the prefix without one.
func (n Network) Name() string {
	if n.Alias != "" {
		return n.Alias
	}
	return n.Prefix.String()
}

// Set is an immutable set of local networks.
type Set struct {
	list   []Network
	lookup bart.Table[int]
	system map[netip.Addr]bool
}

// Default is what ntopng takes without -m.
const Default = "192.168.1.0/24,127.0.0.0/8,fe80::/10"

// Parse reads ntopng's -m: prefixes separated by commas, each optionally
// followed by =alias, or the name of a file with such a list, one or more per
// line, # starting a comment. A bare address is a network of one host. system
// are the addresses of this machine, which are local hosts too. The error
// names the part that is no network.
func Parse(spec string, system []netip.Addr) (*Set, error) {
	if b, err := os.ReadFile(strings.TrimSpace(spec)); err == nil {
		spec = joinLines(string(b))
	}
	s := &Set{system: map[netip.Addr]bool{}}
	for _, a := range system {
		s.system[a.Unmap().WithZone("")] = true
	}
	for _, part := range strings.Split(spec, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		cidr, alias, _ := strings.Cut(part, "=")
		p, err := parsePrefix(strings.TrimSpace(cidr))
		if err != nil {
			return nil, fmt.Errorf("local network %q: %w", part, err)
		}
		if _, dup := s.lookup.Get(p); dup {
			continue
		}
		n := Network{ID: len(s.list), Prefix: p, Alias: strings.TrimSpace(alias)}
		s.lookup.Insert(p, n.ID)
		s.list = append(s.list, n)
	}
	return s, nil
}

func joinLines(text string) string {
	var parts []string
	for _, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line != "" {
			parts = append(parts, line)
		}
	}
	return strings.Join(parts, ",")
}

func parsePrefix(s string) (netip.Prefix, error) {
	if !strings.Contains(s, "/") {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return netip.Prefix{}, err
		}
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err == nil {
		return p.Masked(), nil
	}
	// ntopng also takes a dotted mask: 10.0.0.0/255.255.0.0.
	addr, mask, _ := strings.Cut(s, "/")
	a, err1 := netip.ParseAddr(addr)
	m, err2 := netip.ParseAddr(mask)
	if err1 != nil || err2 != nil || !a.Is4() || !m.Is4() {
		return netip.Prefix{}, err
	}
	bits := 0
	for _, b := range m.AsSlice() {
		for ; b&0x80 != 0; b <<= 1 {
			bits++
		}
		if b != 0 {
			return netip.Prefix{}, fmt.Errorf("mask %s is not contiguous", mask)
		}
	}
	return netip.PrefixFrom(a, bits).Masked(), nil
}

// ID is the id of the most specific local network that contains a, or NoID.
func (s *Set) ID(a netip.Addr) int {
	if id, ok := s.lookup.Lookup(a); ok {
		return id
	}
	return NoID
}

// Local says whether a is in a local network or an address of this machine.
func (s *Set) Local(a netip.Addr) bool { return s.ID(a) != NoID || s.system[a] }

// System says whether a is an address of this machine.
func (s *Set) System(a netip.Addr) bool { return s.system[a] }

// All lists the networks by id.
func (s *Set) All() []Network { return s.list }
