package dpi

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// addressTable maps addresses to protocols. Networks are laid side by side as
// segments, each of which belongs to the longest network around it, so that one
// binary search answers.
type addressTable struct {
	v4 segmentList[uint32]
	v6 segmentList[netip.Addr]
}

// segmentList is segments by their first addresses, ascending, and the protocol of each,
// 0 for the gaps.
type segmentList[T comparable] struct {
	from  []T
	proto []uint16
}

// network is one network of the table.
type network struct {
	prefix netip.Prefix
	proto  uint16
}

// parseNetworks reads lines of prefix and protocol id.
func parseNetworks(table string) ([]network, error) {
	nets := make([]network, 0, strings.Count(table, "\n")+1)
	for line := range strings.Lines(table) {
		prefix, id, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		p, err := netip.ParsePrefix(prefix)
		if err != nil {
			return nil, fmt.Errorf("dpi: table line %q: %w", line, err)
		}
		proto, err := strconv.ParseUint(id, 10, 16)
		if err != nil {
			return nil, fmt.Errorf("dpi: table line %q: %w", line, err)
		}
		nets = append(nets, network{prefix: p.Masked(), proto: uint16(proto)})
	}
	return nets, nil
}

// newAddressTable is the table of nets. Of two that are the same network the later one
// counts.
func newAddressTable(nets []network) *addressTable {
	keys := make([]uint64, 0, len(nets)) // of IPv4, which most are of: numbers are sorted fast
	var v6 []network
	for n := range nets {
		if a := nets[n].prefix.Addr(); a.Is4() {
			keys = append(keys, uint64(number4(a))<<32|uint64(nets[n].prefix.Bits())<<placeBits|uint64(n))
		} else {
			v6 = append(v6, nets[n])
		}
	}
	slices.Sort(keys)
	slices.SortStableFunc(v6, func(a, b network) int {
		return cmp.Or(a.prefix.Addr().Compare(b.prefix.Addr()), a.prefix.Bits()-b.prefix.Bits())
	})
	sorted := make([]network, 0, len(nets))
	for _, k := range keys {
		sorted = append(sorted, nets[k&(1<<placeBits-1)])
	}
	return segments(append(sorted, v6...))
}

// placeBits is how many bits of a key are for the place of a network in its list: of the
// other half of 64 bits, six are for the length of its prefix.
const placeBits = 26

// segments lays networks side by side, which come in the order of their first
// addresses, larger ones first: what is open around the current one is a stack.
func segments(nets []network) *addressTable {
	a := &addressTable{}
	var open []network
	begin := func(at netip.Addr, proto uint16) {
		if at.Is4() {
			a.v4.begin(number4(at), proto)
		} else {
			a.v6.begin(at, proto)
		}
	}
	closeBefore := func(at netip.Addr) {
		for n := len(open); n > 0 && !open[n-1].prefix.Contains(at); n-- {
			next := last(open[n-1].prefix).Next()
			open = open[:n-1]
			if !next.IsValid() {
				continue
			}
			outer := uint16(0)
			if n > 1 && open[n-2].prefix.Contains(next) {
				outer = open[n-2].proto
			}
			begin(next, outer)
		}
	}
	for _, n := range nets {
		closeBefore(n.prefix.Addr())
		begin(n.prefix.Addr(), n.proto)
		open = append(open, n)
	}
	closeBefore(netip.Addr{})
	return a
}

// last returns the highest address of a network.
func last(p netip.Prefix) netip.Addr {
	if a := p.Addr(); a.Is4() {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], number4(a)|uint32(1<<(32-p.Bits())-1))
		return netip.AddrFrom4(b)
	}
	b := p.Addr().As16()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	return netip.AddrFrom16(b)
}

// begin adds a segment, in the place of the last one where that begins at the same
// address.
func (l *segmentList[T]) begin(at T, proto uint16) {
	if n := len(l.from); n > 0 && l.from[n-1] == at {
		l.proto[n-1] = proto
		return
	}
	l.from, l.proto = append(l.from, at), append(l.proto, proto)
}

// number4 is an IPv4 address as a number.
func number4(a netip.Addr) uint32 {
	b := a.As4()
	return binary.BigEndian.Uint32(b[:])
}

// at is the protocol of the address that a binary search in from found at n, or before
// which it ended there.
func (l *segmentList[T]) at(n int, exact bool) uint16 {
	if !exact {
		n--
	}
	if n < 0 {
		return 0
	}
	return l.proto[n]
}

// find returns the protocol of the longest network around addr, 0 for none.
func (a *addressTable) find(addr netip.Addr) uint16 {
	if addr.Is4() {
		return a.v4.at(slices.BinarySearch(a.v4.from, number4(addr)))
	}
	return a.v6.at(slices.BinarySearchFunc(a.v6.from, addr, netip.Addr.Compare))
}

// networks is a short list of prefixes.
type networks []netip.Prefix

// prefixes builds one of constants; it panics when one is wrong.
func prefixes(list ...string) (out networks) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// around reports whether one of the prefixes holds a.
func (n networks) around(a netip.Addr) bool {
	for _, p := range n {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
