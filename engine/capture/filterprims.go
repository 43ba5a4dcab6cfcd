package capture

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strconv"

	"golang.org/x/net/bpf"

	"ntopgo/engine/decode"
)

// filterEtherTypes are the network protocols by name.
var filterEtherTypes = map[string]uint16{"ip": 0x0800, "ip6": 0x86dd, "arp": 0x0806, "rarp": 0x8035}

// protoNumbers are the IP protocols by name.
var protoNumbers = map[string]uint8{
	"icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "esp": 50, "ah": 51, "icmp6": 58, "pim": 103, "vrrp": 112, "sctp": 132,
}

// etherType tests the network protocol, in the way of the link type.
func (g *filterGen) etherType(et uint16, t, f label) {
	if g.inMPLS {
		g.version(et, t, f)
		return
	}
	if g.tagged {
		g.equal(g.typeOff, 2, uint32(et), t, f)
		return
	}
	switch g.link {
	case decode.LinkEthernet, decode.LinkLinuxSLL, decode.LinkLinuxSLL2, decode.LinkCHDLC:
		g.equal(g.typeOff, 2, uint32(et), t, f)
	case decode.LinkPPP, decode.LinkPPPHDLC:
		ppp := map[uint16]uint32{0x0800: 0x0021, 0x86dd: 0x0057}[et]
		if ppp == 0 {
			ppp = 0xffffffff
		}
		g.equal(g.typeOff, 2, ppp, t, f)
	case decode.LinkNull, decode.LinkLoop, decode.LinkENC:
		var families []uint32
		switch et {
		case 0x0800:
			families = []uint32{2, 2 << 24}
		case 0x86dd:
			families = []uint32{10, 24, 28, 30, 10 << 24, 24 << 24, 28 << 24, 30 << 24}
		default:
			families = []uint32{0xffffffff}
		}
		g.emit(bpf.LoadAbsolute{Off: 0, Size: 4})
		g.oneOf(families, t, f)
	default:
		g.version(et, t, f)
	}
}

// version tests the first half byte of the network header.
func (g *filterGen) version(et uint16, t, f label) {
	v := map[uint16]uint32{0x0800: 0x40, 0x86dd: 0x60}[et]
	if v == 0 {
		v = 0xffffffff
	}
	g.emit(bpf.LoadAbsolute{Off: g.netOff, Size: 1})
	g.emit(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0xf0})
	g.cond(bpf.JumpEqual, v, t, f)
}

// ipProto tests the transport protocol. In IPv6 only a fragment header is
// looked behind, as in libpcap.
func (g *filterGen) ipProto(proto uint8, v4, v6 bool, t, f label) {
	if v4 {
		is4, not4 := g.newLabel(), f
		if v6 {
			not4 = g.newLabel()
		}
		g.etherType(0x0800, is4, not4)
		g.place(is4)
		g.equal(g.netOff+9, 1, uint32(proto), t, f)
		if v6 {
			g.place(not4)
		}
	}
	if v6 {
		is6, other, frag := g.newLabel(), g.newLabel(), g.newLabel()
		g.etherType(0x86dd, is6, f)
		g.place(is6)
		g.equal(g.netOff+6, 1, uint32(proto), t, other)
		g.place(other)
		g.cond(bpf.JumpEqual, 44, frag, f)
		g.place(frag)
		g.equal(g.netOff+40, 1, uint32(proto), t, f)
	}
}

// firstFragment tests that an IPv4 packet has fragment offset 0.
func (g *filterGen) firstFragment(t, f label) {
	g.emit(bpf.LoadAbsolute{Off: g.netOff + 6, Size: 2})
	g.cond(bpf.JumpBitsSet, 0x1fff, f, t)
}

// protoNode is a protocol name that stands alone.
func protoNode(proto string) (filterNode, error) {
	if proto == "ether" {
		return nil, errors.New(`"ether" needs an address or a protocol`)
	}
	return testNode(func(g *filterGen, t, f label) {
		if et, ok := filterEtherTypes[proto]; ok {
			g.etherType(et, t, f)
			return
		}
		v4, v6 := protoFamilies(proto)
		g.ipProto(protoNumbers[proto], v4, v6, t, f)
	}), nil
}

// protoFamilies says which IP versions a protocol name covers.
func protoFamilies(proto string) (v4, v6 bool) {
	switch proto {
	case "icmp", "igmp":
		return true, false
	case "icmp6":
		return false, true
	}
	return true, true
}

// protoValue is "proto N", "ip proto N", "ip6 proto N", "ether proto N".
func protoValue(q qualifiers, s string) (filterNode, error) {
	if q.dir != srcOrDst {
		return nil, errors.New("proto has no direction")
	}
	n, numErr := strconv.ParseUint(s, 0, 16)
	if q.proto == "ether" {
		et := uint16(n)
		if numErr != nil {
			var ok bool
			if et, ok = filterEtherTypes[s]; !ok {
				return nil, fmt.Errorf("%q is no Ethernet protocol", s)
			}
		}
		return testNode(func(g *filterGen, t, f label) { g.etherType(et, t, f) }), nil
	}
	proto := uint8(n)
	if numErr != nil || n > 255 {
		var ok bool
		if proto, ok = protoNumbers[s]; !ok {
			return nil, fmt.Errorf("%q is no IP protocol", s)
		}
	}
	if q.proto != "" && q.proto != "ip" && q.proto != "ip6" {
		return nil, fmt.Errorf("%s proto is not supported", q.proto)
	}
	return testNode(func(g *filterGen, t, f label) {
		g.ipProto(proto, q.proto != "ip6", q.proto != "ip", t, f)
	}), nil
}

// either tests the source, the destination, one of them or both.
func (g *filterGen) either(dir direction, src, dst func(t, f label), t, f label) {
	switch dir {
	case srcOnly:
		src(t, f)
	case dstOnly:
		dst(t, f)
	case srcAndDst:
		next := g.newLabel()
		src(next, f)
		g.place(next)
		dst(t, f)
	default:
		next := g.newLabel()
		src(t, next)
		g.place(next)
		dst(t, f)
	}
}

// addrNode is a host or a network.
func addrNode(q qualifiers, prefix netip.Prefix) (filterNode, error) {
	v4 := prefix.Addr().Is4()
	var ets []uint16
	switch {
	case q.proto == "" && v4:
		ets = []uint16{0x0800, 0x0806, 0x8035}
	case q.proto == "" || q.proto == "ip6" && !v4:
		ets = []uint16{0x86dd}
	case v4 && filterEtherTypes[q.proto] != 0 && q.proto != "ip6":
		ets = []uint16{filterEtherTypes[q.proto]}
	default:
		return nil, fmt.Errorf("%s %s %s is not supported", q.proto, q.typ, prefix.Addr())
	}
	return testNode(func(g *filterGen, t, f label) {
		for i, et := range ets {
			is, not := g.newLabel(), f
			if i < len(ets)-1 {
				not = g.newLabel()
			}
			g.etherType(et, is, not)
			g.place(is)
			src, dst := addrOffsets(et)
			g.either(q.dir,
				func(t, f label) { g.address(g.netOff+src, prefix, t, f) },
				func(t, f label) { g.address(g.netOff+dst, prefix, t, f) }, t, f)
			if i < len(ets)-1 {
				g.place(not)
			}
		}
	}), nil
}

// addrOffsets are the offsets of the addresses in IPv4, IPv6 and ARP.
func addrOffsets(et uint16) (src, dst uint32) {
	switch et {
	case 0x0800:
		return 12, 16
	case 0x86dd:
		return 8, 24
	}
	return 14, 24
}

// address compares an address, word by word, under a mask.
func (g *filterGen) address(off uint32, prefix netip.Prefix, t, f label) {
	b := prefix.Addr().AsSlice()
	bits := prefix.Bits()
	if bits == 0 {
		g.emit(bpf.LoadConstant{Dst: bpf.RegA, Val: 0})
		g.cond(bpf.JumpEqual, 0, t, f)
		return
	}
	for i := 0; i < len(b) && bits > 0; i += 4 {
		g.emit(bpf.LoadAbsolute{Off: off + uint32(i), Size: 4})
		if bits < 32 {
			g.emit(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: ^uint32(0) << (32 - bits)})
		}
		next := t
		if bits > 32 {
			next = g.newLabel()
		}
		g.cond(bpf.JumpEqual, binary.BigEndian.Uint32(b[i:]), next, f)
		if bits > 32 {
			g.place(next)
		}
		bits -= 32
	}
}

// macNode is an Ethernet address.
func macNode(q qualifiers, mac [6]byte) (filterNode, error) {
	if q.proto != "ether" {
		return nil, errors.New(`an Ethernet address needs "ether"`)
	}
	return testNode(func(g *filterGen, t, f label) {
		if g.link != decode.LinkEthernet {
			g.fail(errors.New("link-layer addresses only exist on Ethernet"), t, f)
			return
		}
		at := func(off uint32) func(t, f label) {
			return func(t, f label) {
				next := g.newLabel()
				g.equal(off+2, 4, binary.BigEndian.Uint32(mac[2:]), next, f)
				g.place(next)
				g.equal(off, 2, uint32(binary.BigEndian.Uint16(mac[:])), t, f)
			}
		}
		g.either(q.dir, at(6), at(0), t, f)
	}), nil
}

// castNode is broadcast or multicast, of the link or of IP.
func castNode(proto string, broadcast bool) (filterNode, error) {
	switch {
	case (proto == "" || proto == "ether") && broadcast:
		return macNode(qualifiers{proto: "ether", dir: dstOnly}, [6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	case proto == "" || proto == "ether":
		return testNode(func(g *filterGen, t, f label) {
			if g.link != decode.LinkEthernet {
				g.fail(errors.New("link-layer multicast only exists on Ethernet"), t, f)
				return
			}
			g.emit(bpf.LoadAbsolute{Off: 0, Size: 1})
			g.cond(bpf.JumpBitsSet, 1, t, f)
		}), nil
	case (proto == "ip" || proto == "ip6") && !broadcast:
		return testNode(func(g *filterGen, t, f label) {
			is := g.newLabel()
			g.etherType(filterEtherTypes[proto], is, f)
			g.place(is)
			if proto == "ip" {
				g.emit(bpf.LoadAbsolute{Off: g.netOff + 16, Size: 1})
				g.cond(bpf.JumpGreaterOrEqual, 224, t, f)
			} else {
				g.equal(g.netOff+24, 1, 255, t, f)
			}
		}), nil
	}
	return nil, fmt.Errorf("broadcast or multicast of %s is not supported", proto)
}

// portNode is a port or a range of ports of TCP, UDP and SCTP.
func portNode(q qualifiers, lo, hi uint16) (filterNode, error) {
	protos := []uint32{6, 17, 132}
	switch q.proto {
	case "":
	case "tcp", "udp", "sctp":
		protos = []uint32{uint32(protoNumbers[q.proto])}
	default:
		return nil, fmt.Errorf("%s has no ports", q.proto)
	}
	return testNode(func(g *filterGen, t, f label) {
		is6, not6, is4 := g.newLabel(), g.newLabel(), g.newLabel()
		g.etherType(0x86dd, is6, not6)
		g.place(is6)
		ported := g.newLabel()
		g.emit(bpf.LoadAbsolute{Off: g.netOff + 6, Size: 1})
		g.oneOf(protos, ported, f)
		g.place(ported)
		fixed := func(off uint32) func(t, f label) {
			return func(t, f label) {
				g.emit(bpf.LoadAbsolute{Off: g.netOff + off, Size: 2})
				g.between(lo, hi, t, f)
			}
		}
		g.either(q.dir, fixed(40), fixed(42), t, f)

		g.place(not6)
		g.etherType(0x0800, is4, f)
		g.place(is4)
		ported, whole := g.newLabel(), g.newLabel()
		g.emit(bpf.LoadAbsolute{Off: g.netOff + 9, Size: 1})
		g.oneOf(protos, ported, f)
		g.place(ported)
		g.firstFragment(whole, f)
		g.place(whole)
		g.emit(bpf.LoadMemShift{Off: g.netOff})
		indirect := func(off uint32) func(t, f label) {
			return func(t, f label) {
				g.emit(bpf.LoadIndirect{Off: g.netOff + off, Size: 2})
				g.between(lo, hi, t, f)
			}
		}
		g.either(q.dir, indirect(0), indirect(2), t, f)
	}), nil
}

// between tests register A against a range.
func (g *filterGen) between(lo, hi uint16, t, f label) {
	if lo == hi {
		g.cond(bpf.JumpEqual, uint32(lo), t, f)
		return
	}
	next := g.newLabel()
	g.cond(bpf.JumpGreaterOrEqual, uint32(lo), next, f)
	g.place(next)
	g.cond(bpf.JumpGreaterThan, uint32(hi), f, t)
}

// lengthNode is less or greater; both include the length itself.
func lengthNode(greater bool, n uint32) filterNode {
	return testNode(func(g *filterGen, t, f label) {
		g.emit(bpf.LoadExtension{Num: bpf.ExtLen})
		if greater {
			g.cond(bpf.JumpGreaterOrEqual, n, t, f)
		} else {
			g.cond(bpf.JumpGreaterThan, n, f, t)
		}
	})
}

// vlanNode is a tag, of any VLAN when id is -1; what follows in the text is
// looked for behind it.
func vlanNode(id int64) filterNode {
	return testNode(func(g *filterGen, t, f label) {
		if g.inMPLS || !g.tagged && g.link != decode.LinkEthernet && g.link != decode.LinkLinuxSLL && g.link != decode.LinkLinuxSLL2 {
			g.fail(errors.New("vlan has no meaning on this link type"), t, f)
			return
		}
		is := t
		if id >= 0 {
			is = g.newLabel()
		}
		g.emit(bpf.LoadAbsolute{Off: g.typeOff, Size: 2})
		g.oneOf([]uint32{0x8100, 0x88a8, 0x9100}, is, f)
		if id >= 0 {
			g.place(is)
			g.emit(bpf.LoadAbsolute{Off: g.netOff, Size: 2})
			g.emit(bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0x0fff})
			g.cond(bpf.JumpEqual, uint32(id), t, f)
		}
		g.typeOff, g.netOff, g.tagged = g.netOff+2, g.netOff+4, true
	})
}

// mplsNode is a label, any when id is -1; what follows in the text is looked
// for behind it.
func mplsNode(id int64) filterNode {
	return testNode(func(g *filterGen, t, f label) {
		first, isLabel := !g.inMPLS, g.newLabel()
		if first {
			g.etherType(0x8847, isLabel, f)
		} else { // another label follows only where the last was not the bottom
			g.emit(bpf.LoadAbsolute{Off: g.netOff - 2, Size: 1})
			g.cond(bpf.JumpBitsSet, 1, f, isLabel)
		}
		g.place(isLabel)
		if id < 0 {
			g.emit(bpf.LoadConstant{Dst: bpf.RegA, Val: 0})
			g.cond(bpf.JumpEqual, 0, t, f)
		} else {
			g.emit(bpf.LoadAbsolute{Off: g.netOff, Size: 4})
			g.emit(bpf.ALUOpConstant{Op: bpf.ALUOpShiftRight, Val: 12})
			g.cond(bpf.JumpEqual, uint32(id), t, f)
		}
		g.netOff += 4
		g.inMPLS = true
	})
}
