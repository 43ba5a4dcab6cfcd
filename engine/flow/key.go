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

// Ident finds the flow of a packet in the table of its shard. It is what a reader hands
// on instead of the key, which the packet has all parts of.
type Ident struct {
	Hash    uint32 // the low half of Key.Hash
	Private uint32 // of the key
	Reverse bool   // the sender is the second end of the key
}

// Identify says which flow p belongs to, and the high half of Key.Hash; seed is as
// there.
func Identify(p *decode.Packet, seed uint64) (id Ident, high uint32) {
	id.Private = private(p)
	a, b, portA, portB := &p.Src, &p.Dst, p.SrcPort, p.DstPort
	if id.Reverse = reversed(a, b, portA, portB); id.Reverse {
		a, b, portA, portB = b, a, portB, portA
	}
	h := hash(a, b, uint64(portA)<<48|uint64(portB)<<32|uint64(id.Private), uint64(p.VLAN)<<8^uint64(p.Proto), seed)
	id.Hash = uint32(h)
	return id, uint32(h >> 32)
}

// Key is the key of p, which id was made of.
func (id *Ident) Key(p *decode.Packet) Key {
	if id.Reverse {
		return Key{A: p.Dst, B: p.Src, PortA: p.DstPort, PortB: p.SrcPort, VLAN: p.VLAN, Proto: p.Proto,
			V6: p.IPVersion == 6, Private: id.Private}
	}
	return Key{A: p.Src, B: p.Dst, PortA: p.SrcPort, PortB: p.DstPort, VLAN: p.VLAN, Proto: p.Proto,
		V6: p.IPVersion == 6, Private: id.Private}
}

// names says whether k is the key of p. Comparing it with the packet costs less than
// making another key, as the processor cannot pass on what was just written in smaller
// pieces than it reads.
func (id *Ident) names(p *decode.Packet, k *Key) bool {
	a, b, portA, portB := &p.Src, &p.Dst, p.SrcPort, p.DstPort
	if id.Reverse {
		a, b, portA, portB = b, a, portB, portA
	}
	return same(a, &k.A) && same(b, &k.B) && portA == k.PortA && portB == k.PortB && p.VLAN == k.VLAN &&
		p.Proto == k.Proto && (p.IPVersion == 6) == k.V6 && id.Private == k.Private
}

func same(a, b *[16]byte) bool {
	le := binary.LittleEndian
	return le.Uint64(a[:8]) == le.Uint64(b[:8]) && le.Uint64(a[8:]) == le.Uint64(b[8:])
}

// private is what keeps flows with the same five-tuple apart.
func private(p *decode.Packet) uint32 {
	switch p.Proto {
	case decode.ProtoUDP:
		if p.SrcPort != 53 && p.DstPort != 53 {
			return 0
		}
		if b := p.Payload(); len(b) > 20 {
			return uint32(b[0])<<8 | uint32(b[1])
		}
	case decode.ProtoICMP:
		return icmpErrorKey(p)
	}
	return 0
}

// reversed says whether the ends are in the wrong order for a key.
func reversed(a, b *[16]byte, portA, portB uint16) bool {
	be := binary.BigEndian
	if x, y := be.Uint64(a[:8]), be.Uint64(b[:8]); x != y {
		return x > y
	}
	if x, y := be.Uint64(a[8:]), be.Uint64(b[8:]); x != y {
		return x > y
	}
	return portA > portB
}

// Hash is the key's place in tables: the low half finds it in the table of a
// shard, the high half chooses the shard. seed keeps senders from knowing which
// flows collide.
func (k *Key) Hash(seed uint64) uint64 {
	return hash(&k.A, &k.B, uint64(k.PortA)<<48|uint64(k.PortB)<<32|uint64(k.Private), uint64(k.VLAN)<<8^uint64(k.Proto), seed)
}

func hash(a, b *[16]byte, ports, rest, seed uint64) uint64 {
	le := binary.LittleEndian
	h := fold(le.Uint64(a[:8])^seed, le.Uint64(a[8:])^0x9e3779b97f4a7c15)
	h ^= fold(le.Uint64(b[:8])^0xa0761d6478bd642f, le.Uint64(b[8:])^bits.RotateLeft64(seed, 29))
	h = fold(h^ports, seed^0xe7037ed1a0b428db)
	return fold(h^rest, 0x8ebc6af09c88c6e3)
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
	if p.ICMPType != 3 || len(p.Payload()) < quoted+20 {
		return 0
	}
	q := p.Payload()[quoted:]
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
