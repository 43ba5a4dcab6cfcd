package dpi

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"sort"
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
type segmentList[T any] struct {
	from  []T
	proto []uint16
}

// network is one line of the table.
type network struct {
	prefix netip.Prefix
	proto  uint16
}

// parseAddresses reads lines of prefix and protocol id. Of two lines for the same
// network the later one counts.
func parseAddresses(table string) (*addressTable, error) {
	var nets []network
	err := each(table, 2, func(w []string) error {
		p, err := netip.ParsePrefix(w[0])
		if err != nil {
			return err
		}
		v, err := numbers(w[1:])
		if err != nil {
			return err
		}
		nets = append(nets, network{p.Masked(), uint16(v[0])})
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(nets, func(a, b network) int {
		if c := a.prefix.Addr().Compare(b.prefix.Addr()); c != 0 {
			return c
		}
		return a.prefix.Bits() - b.prefix.Bits()
	})
	return segments(nets), nil
}

// segments lays networks side by side, which come in the order of their first
// addresses, larger ones first: what is open around the current one is a stack.
func segments(nets []network) *addressTable {
	a := &addressTable{}
	var open []network
	begin := func(at netip.Addr, proto uint16) {
		if at.Is4() {
			a.v4.begin(number4(at), proto, func(x, y uint32) bool { return x == y })
		} else {
			a.v6.begin(at, proto, func(x, y netip.Addr) bool { return x == y })
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
	b := p.Addr().AsSlice()
	for i := p.Bits(); i < len(b)*8; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	addr, _ := netip.AddrFromSlice(b)
	return addr
}

// begin adds a segment, in the place of the last one where that begins at the same
// address.
func (l *segmentList[T]) begin(at T, proto uint16, same func(x, y T) bool) {
	if n := len(l.from); n > 0 && same(l.from[n-1], at) {
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

// find returns the protocol of the longest network around addr, 0 for none.
func (a *addressTable) find(addr netip.Addr) uint16 {
	var n int // of the segments that begin at or before addr
	if !addr.Is4() {
		if n = sort.Search(len(a.v6.from), func(i int) bool { return addr.Less(a.v6.from[i]) }); n == 0 {
			return 0
		}
		return a.v6.proto[n-1]
	}
	x, from := number4(addr), a.v4.from
	for size := len(from); size > 0; {
		if half := (size + 1) / 2; from[n+half-1] <= x {
			n += half
			size -= half
		} else {
			size = half - 1
		}
	}
	if n == 0 {
		return 0
	}
	return a.v4.proto[n-1]
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
