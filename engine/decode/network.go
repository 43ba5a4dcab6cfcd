package decode

import "encoding/binary"

// maxExtHeaders bounds the chain of IPv6 extension headers.
const maxExtHeaders = 12

// IPv6 extension headers that are skipped (RFC 8200). AH and ESP end the chain:
// they are shown as transport protocols.
const (
	extHopByHop = 0
	extRouting  = 43
	extFragment = 44
	extDestOpts = 60
)

// resetNetwork clears what an outer IP header left behind.
func (d *decoder) resetNetwork() {
	p := d.p
	p.Layer = LayerLink
	p.L4, p.HeaderLen = nil, 0
	p.PayloadLen, p.SrcPort, p.DstPort = 0, 0, 0
	d.h.IPID, d.h.FragOffset, d.h.DontFrag = 0, 0, false
	p.Fragment, p.FirstFrag = false, false
	p.IPVersion, p.Proto = 0, 0
}

// putMapped writes the IPv4 address at the start of b as IPv6 has it (RFC 4291,
// ::ffff:a.b.c.d), in words, as it is read in words a moment later.
func putMapped(a *[16]byte, b []byte) {
	le := binary.LittleEndian
	le.PutUint64(a[:8], 0)
	le.PutUint64(a[8:], 0xffff<<16|uint64(le.Uint32(b))<<32)
}

// noteLinkLen remembers where the outermost IP header begins.
func (d *decoder) noteLinkLen(v view) {
	if !d.ip {
		d.h.LinkLen = int32(d.captured - len(v.b))
	}
}

// ipv4 reads an IPv4 header (RFC 791) and what follows it.
func (d *decoder) ipv4(v view) Reason {
	d.noteLinkLen(v)
	d.resetNetwork()
	if !v.has(20) {
		return ReasonTruncatedNet
	}
	p, h, b := d.p, d.h, v.b
	ihl, total := int(b[0]&0x0f)*4, int(be16(b[2:]))
	if total == 0 { // segmentation offload: the card fills it in later
		total = v.wire
	}
	if b[0]>>4 != 4 || ihl < 20 || total < ihl {
		return ReasonMalformed
	}
	p.IPVersion, p.Layer = 4, LayerNetwork
	p.TOS, p.TTL, p.Proto = b[1], b[8], b[9]
	h.IPLen = int32(total)
	h.IPID = uint32(be16(b[4:]))
	putMapped(&p.Src, b[12:])
	putMapped(&p.Dst, b[16:])
	frag := be16(b[6:])
	h.DontFrag = frag&0x4000 != 0
	h.FragOffset = frag << 3
	p.Fragment = frag&0x3fff != 0
	p.FirstFrag = p.Fragment && h.FragOffset == 0
	v = v.trim(total)
	d.ip = true
	if !v.has(ihl) {
		return ReasonTruncatedNet
	}
	return d.transport(v.skip(ihl))
}

// ipv6 reads an IPv6 header and its extension headers (RFC 8200).
func (d *decoder) ipv6(v view) Reason {
	d.noteLinkLen(v)
	d.resetNetwork()
	if !v.has(40) {
		return ReasonTruncatedNet
	}
	p, h, b := d.p, d.h, v.b
	if b[0]>>4 != 6 {
		return ReasonMalformed
	}
	total := 40 + int(be16(b[4:]))
	if total == 40 && b[6] != 59 { // jumbogram or segmentation offload
		total = v.wire
	}
	p.IPVersion, p.Layer = 6, LayerNetwork
	p.TOS, p.TTL = b[0]<<4|b[1]>>4, b[7]
	h.IPLen = int32(total)
	p.Src, p.Dst = [16]byte(b[8:24]), [16]byte(b[24:40])
	v = v.trim(total)
	d.ip = true
	next := b[6]
	v = v.skip(40)
	for n := 0; ; n++ {
		p.Proto = next
		size := 0
		switch next {
		case extHopByHop, extRouting, extDestOpts:
			if !v.has(8) {
				return ReasonTruncatedNet
			}
			size = (int(v.b[1]) + 1) * 8
		case extFragment:
			if !v.has(8) {
				return ReasonTruncatedNet
			}
			size = 8
			off := be16(v.b[2:])
			h.FragOffset = off &^ 7
			// An atomic fragment (RFC 6946) is a whole datagram.
			p.Fragment = off&^6 != 0
			p.FirstFrag = p.Fragment && h.FragOffset == 0
			h.IPID = be32(v.b[4:])
		default:
			return d.transport(v)
		}
		if h.FragOffset > 0 { // what follows is the middle of a datagram
			p.Proto = v.b[0]
			return d.transport(v.skip(size))
		}
		if n == maxExtHeaders {
			return ReasonMalformed
		}
		if !v.has(size) {
			return ReasonTruncatedNet
		}
		next, v = v.b[0], v.skip(size)
	}
}

// arp reads an ARP packet for IPv4 over 6-byte addresses (RFC 826); others stay
// at the link layer.
func (d *decoder) arp(v view) Reason {
	if !v.has(8) {
		return ReasonTruncatedNet
	}
	b := v.b
	if be16(b[2:]) != EtherIPv4 || b[4] != 6 || b[5] != 4 {
		return ReasonNone
	}
	if !v.has(28) {
		return ReasonTruncatedNet
	}
	d.resetNetwork()
	p := d.p
	p.Layer, p.L4, p.HeaderLen = LayerARP, b[:28], NoPayload
	return ReasonNone
}
