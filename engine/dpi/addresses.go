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

// parseAddresses reads lines of prefix and protocol id.
func parseAddresses(table string) (*addressTable, error) {
	type network struct {
		prefix netip.Prefix
		proto  uint16
	}
	var nets []network
	a := &addressTable{}
	err := each(table, 2, func(w []string) error {
		p, err := netip.ParsePrefix(w[0])
		if err != nil {
			return err
		}
		v, err := numbers(w[1:])
		if err != nil {
			return err
		}
		p = p.Masked()
		nets = append(nets, network{p, uint16(v[0])})
		a.from = append(a.from, p.Addr())
		if next := last(p).Next(); next.IsValid() {
			a.from = append(a.from, next)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(a.from, netip.Addr.Compare)
	a.from = slices.Compact(a.from)
	for _, at := range a.from {
		best := network{}
		for _, n := range nets {
			if n.prefix.Contains(at) && (best.proto == 0 || n.prefix.Bits() >= best.prefix.Bits()) {
				best = n
			}
		}
		a.proto = append(a.proto, best.proto)
	}
	return a, nil
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
