package dpi

import (
	"net/netip"
	"slices"
)

// addressTable maps addresses to protocols. Networks are laid side by side as
// segments, each of which belongs to the longest network around it, so that one
// binary search answers.
type addressTable struct {
	from  []netip.Addr // first addresses of the segments, ascending
	proto []uint16     // protocol of each segment, 0 for the gaps
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
		if n := len(a.from); n > 0 && a.from[n-1] == at {
			a.proto[n-1] = proto
			return
		}
		a.from, a.proto = append(a.from, at), append(a.proto, proto)
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

// find returns the protocol of the longest network around addr, 0 for none.
func (a *addressTable) find(addr netip.Addr) uint16 {
	i, exact := slices.BinarySearchFunc(a.from, addr, netip.Addr.Compare)
	if !exact {
		i--
	}
	if i < 0 || a.from[i].Is4() != addr.Is4() {
		return 0
	}
	return a.proto[i]
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
