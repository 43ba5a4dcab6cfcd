package decode

// plain reads what nearly every frame is, TCP or UDP right behind Ethernet and
// IP, in one go. It leaves p half written and returns false for everything else:
// tags, fragments, IPv4 options, IPv6 extension headers, tunnels, whatever is cut
// off or contradicts itself.
func plain(frame []byte, wire int, p *Packet, h *Headers) bool {
	if len(frame) < 14+20+8 {
		return false
	}
	b := frame[14:]
	size, total := 20, 0
	et := be16(frame[12:])
	switch {
	case et == EtherIPv4 && b[0] == 0x45:
		frag := be16(b[6:])
		if frag&0x3fff != 0 {
			return false
		}
		total = int(be16(b[2:]))
		p.IPVersion, p.TOS, p.TTL, p.Proto = 4, b[1], b[8], b[9]
		h.IPID, h.DontFrag = uint32(be16(b[4:])), frag&0x4000 != 0
		putMapped(&p.Src, b[12:])
		putMapped(&p.Dst, b[16:])
	case et == EtherIPv6 && b[0]>>4 == 6 && len(b) >= 40+8:
		size, total = 40, 40+int(be16(b[4:]))
		p.IPVersion, p.TOS, p.TTL, p.Proto = 6, b[0]<<4|b[1]>>4, b[7], b[6]
		p.Src, p.Dst = [16]byte(b[8:24]), [16]byte(b[24:40])
	default:
		return false
	}
	if total < size+8 {
		return false
	}
	p.L4 = b[size:min(total, len(b))]
	if !p.plainTransport(min(total, wire-14) - size) {
		return false
	}
	p.Layer, p.HasMAC, h.EtherType, h.LinkLen, h.IPLen = LayerTransport, true, et, 14, int32(total)
	p.DstMAC, p.SrcMAC = [6]byte(frame[:6]), [6]byte(frame[6:12])
	return true
}

// plainTransport reads the header at L4, of a segment with wire bytes.
func (p *Packet) plainTransport(wire int) bool {
	b, size := p.L4, 8
	switch {
	case len(b) < 8:
		return false
	case p.Proto == ProtoTCP && len(b) >= 20:
		if size = int(b[12]>>4) * 4; size < 20 || size > wire {
			return false
		}
		p.Seq, p.TCPFlags, p.Window = be32(b[4:]), b[13], be16(b[14:])
	case p.Proto != ProtoUDP:
		return false
	}
	p.SrcPort, p.DstPort = be16(b), be16(b[2:])
	p.HeaderLen, p.PayloadLen = uint8(size), int32(wire-size)
	return p.Proto == ProtoTCP || !isTunnelPort(p.SrcPort, p.DstPort)
}
