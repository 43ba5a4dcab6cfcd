package flow

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"ntopgo/engine/decode"
)

// Key identifies a flow whatever the direction of the packet: the two ends are
// ordered, and Private keeps apart what ntopng keeps apart beyond the
// five-tuple (the DNS transaction id on port 53, the inner datagram of an ICMP
// error). It holds no pointers and no padding, so that it is compared as memory.
type Key struct {
	A, B         [16]byte // IPv4 addresses mapped into IPv6
	PortA, PortB uint16
	VLAN         uint16
	Proto        uint8
	V6           bool // A and B are IPv6 addresses
	Private      uint32
}

// KeyOf builds the key of p; swapped says that the packet's source is B.
func KeyOf(p *decode.Packet) (k Key, swapped bool) {
	k = Key{A: p.Src.As16(), B: p.Dst.As16(), PortA: p.SrcPort, PortB: p.DstPort, VLAN: p.VLAN, Proto: p.Proto,
		V6: p.IPVersion == 6}
	switch p.Proto {
	case decode.ProtoUDP:
		if len(p.Payload) > 20 && (p.SrcPort == 53 || p.DstPort == 53) {
			k.Private = uint32(p.Payload[0])<<8 | uint32(p.Payload[1])
		}
	case decode.ProtoICMP:
		k.Private = icmpErrorKey(p)
	}
	if k.reversed() {
		k.A, k.B, k.PortA, k.PortB = k.B, k.A, k.PortB, k.PortA
		return k, true
	}
	return k, false
}

// reversed says whether the ends are in the wrong order.
func (k *Key) reversed() bool {
	be := binary.BigEndian
	if a, b := be.Uint64(k.A[:8]), be.Uint64(k.B[:8]); a != b {
		return a > b
	}
	if a, b := be.Uint64(k.A[8:]), be.Uint64(k.B[8:]); a != b {
		return a > b
	}
	return k.PortA > k.PortB
}

// Hash is the key's place in tables: the low half finds it in the table of a
// shard, the high half chooses the shard. seed keeps senders from knowing which
// flows collide.
func (k *Key) Hash(seed uint64) uint64 {
	le := binary.LittleEndian
	ports := uint64(k.PortA)<<48 | uint64(k.PortB)<<32 | uint64(k.Private)
	h := fold(le.Uint64(k.A[:8])^seed, le.Uint64(k.A[8:])^0x9e3779b97f4a7c15)
	h ^= fold(le.Uint64(k.B[:8])^0xa0761d6478bd642f, le.Uint64(k.B[8:])^bits.RotateLeft64(seed, 29))
	h = fold(h^ports, seed^0xe7037ed1a0b428db)
	return fold(h^uint64(k.VLAN)<<8^uint64(k.Proto), 0x8ebc6af09c88c6e3)
}

// fold multiplies to 128 bits and adds the halves up without carry.
func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// addr is one of the key's addresses as netip has it.
func (k *Key) addr(a *[16]byte) netip.Addr {
	if k.V6 {
		return netip.AddrFrom16(*a)
	}
	return netip.AddrFrom4([4]byte(a[12:]))
}

// icmpErrorKey tells ICMP destination-unreachable messages about different
// datagrams apart, by a sum over the quoted header (RFC 792).
func icmpErrorKey(p *decode.Packet) uint32 {
	const quoted = 8 // ICMP header, then the quoted IP header
	if p.ICMPType != 3 || len(p.Payload) < quoted+20 {
		return 0
	}
	q := p.Payload[quoted:]
	ihl := int(q[0]&0xf) * 4
	if q[0]>>4 != 4 || ihl < 20 || len(q) < ihl+4 {
		return 0
	}
	h := uint32(2166136261)
	for _, b := range q[12 : ihl+4] {
		h = (h ^ uint32(b)) * 16777619
	}
	return (h ^ uint32(q[9])) * 16777619
}

// idOf is the same whatever shard or run the flow is in.
func idOf(k *Key, t int64) uint32 {
	h := uint32(2166136261)
	mix := func(b byte) { h = (h ^ uint32(b)) * 16777619 }
	for i := range k.A {
		mix(k.A[i])
		mix(k.B[i])
	}
	for _, v := range [...]uint64{uint64(k.PortA)<<48 | uint64(k.PortB)<<32 | uint64(k.VLAN)<<16 | uint64(k.Proto),
		uint64(k.Private), uint64(t)} {
		for ; v != 0; v >>= 8 {
			mix(byte(v))
		}
	}
	return h
}
