// Package network knows which addresses are local: the networks given by the
// user (-m) with their aliases, and the addresses of this machine.
package network

import (
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

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

// Set is the set of local networks. Networks can be added while it is in use;
// none is taken away.
type Set struct {
	adding sync.Mutex
	now    atomic.Pointer[networks]
}

// networks is the content of a set at one moment.
type networks struct {
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
	s := &networks{system: map[netip.Addr]bool{}}
	for _, a := range system {
		s.system[a.Unmap().WithZone("")] = true
	}
	for _, part := range strings.Split(spec, ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		if err := s.add(part); err != nil {
			return nil, err
		}
	}
	out := &Set{}
	out.now.Store(s)
	return out, nil
}

// add takes a prefix with an optional alias behind "="; one that is there
// already changes nothing.
func (s *networks) add(part string) error {
	cidr, alias, _ := strings.Cut(part, "=")
	p, err := parsePrefix(strings.TrimSpace(cidr))
	if err != nil {
		return fmt.Errorf("local network %q: %w", part, err)
	}
	if _, dup := s.lookup.Get(p); dup {
		return nil
	}
	n := Network{ID: len(s.list), Prefix: p, Alias: strings.TrimSpace(alias)}
	s.lookup.Insert(p, n.ID)
	s.list = append(s.list, n)
	return nil
}

// Add takes further networks, in the form of Parse. Hosts that are known already
// stay what they are.
func (s *Set) Add(spec string) error {
	s.adding.Lock()
	defer s.adding.Unlock()
	old := s.now.Load()
	n := &networks{list: slices.Clone(old.list), lookup: *old.lookup.Clone(), system: old.system}
	for _, part := range strings.Split(spec, ",") {
		if err := n.add(strings.TrimSpace(part)); err != nil {
			return err
		}
	}
	s.now.Store(n)
	return nil
}

// Fixed is the set as it is now, which will not change.
func (s *Set) Fixed() *Set {
	out := &Set{}
	out.now.Store(s.now.Load())
	return out
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

// ParsePrefix reads one network in the forms that Parse takes.
func ParsePrefix(s string) (netip.Prefix, error) { return parsePrefix(s) }

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
func (s *Set) ID(a netip.Addr) int { return s.now.Load().id(a) }

func (s *networks) id(a netip.Addr) int {
	if id, ok := s.lookup.Lookup(a); ok {
		return id
	}
	return NoID
}

// Local says whether a is in a local network or an address of this machine. What
// cannot leave a machine or a link is local everywhere.
func (s *Set) Local(a netip.Addr) bool {
	if a.IsLoopback() && a.Is4() || a.IsLinkLocalUnicast() && a.Is6() {
		return true
	}
	n := s.now.Load()
	return n.id(a) != NoID || n.system[a]
}

// System says whether a is an address of this machine.
func (s *Set) System(a netip.Addr) bool { return s.now.Load().system[a] }

// All lists the networks by id.
func (s *Set) All() []Network { return s.now.Load().list }
