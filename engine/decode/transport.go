package decode

// transport reads the header of p.Proto, or leaves the rest of the packet as
// payload: for later fragments and for protocols without ports.
func (d *decoder) transport(v view) Reason {
	p := d.p
	p.L4, p.HeaderLen, p.PayloadLen = v.b, 0, int32(v.wire)
	if p.Fragment && !p.FirstFrag {
		return ReasonNone
	}
	switch p.Proto {
	case ProtoTCP:
		return d.tcp(v)
	case ProtoUDP:
		return d.udp(v)
	case ProtoSCTP:
		return d.sctp(v)
	case ProtoICMP, ProtoICMPv6:
		return d.icmp(v, 8)
	case ProtoIGMP:
		return d.icmp(v, 8)
	case ProtoGRE, ProtoIPIP, ProtoIPv6:
		return d.ipTunnel(v)
	}
	return ReasonNone
}

// ports reads the first four bytes of TCP, UDP and SCTP.
func (d *decoder) ports(v view) bool {
	if !v.has(4) {
		d.p.HeaderLen, d.p.PayloadLen = NoPayload, 0
		return false
	}
	d.p.SrcPort, d.p.DstPort = be16(v.b), be16(v.b[2:])
	return true
}

// short is the end of a transport header that was not captured whole.
func (d *decoder) short(size, wire int) Reason {
	d.p.HeaderLen, d.p.PayloadLen = NoPayload, int32(max(0, wire-size))
	return ReasonTruncatedL4
}

// tcp reads a TCP header (RFC 9293).
func (d *decoder) tcp(v view) Reason {
	p := d.p
	if !d.ports(v) || !v.has(20) {
		return d.short(20, v.wire)
	}
	b := v.b
	p.Layer = LayerTransport
	p.Seq = be32(b[4:])
	p.TCPFlags = b[13]
	p.Window = be16(b[14:])
	size := int(b[12]>>4) * 4
	if size < 20 || size > v.wire {
		p.HeaderLen, p.PayloadLen = NoPayload, 0
		return ReasonMalformed
	}
	p.HeaderLen, p.PayloadLen = uint8(size), int32(v.wire-size)
	return ReasonNone
}

// udp reads a UDP header (RFC 768). The length of the payload is what the IP
// header says.
func (d *decoder) udp(v view) Reason {
	p := d.p
	if !d.ports(v) || !v.has(8) {
		return d.short(8, v.wire)
	}
	p.Layer = LayerTransport
	p.HeaderLen, p.PayloadLen = 8, int32(v.wire-8)
	if !p.Fragment && d.tunnels != -1 && isTunnelPort(p.SrcPort, p.DstPort) {
		return d.udpTunnel(v.skip(8))
	}
	return ReasonNone
}

// sctp reads an SCTP common header (RFC 9260).
func (d *decoder) sctp(v view) Reason {
	if !d.ports(v) || !v.has(12) {
		return d.short(12, v.wire)
	}
	d.p.Layer = LayerTransport
	d.p.HeaderLen, d.p.PayloadLen = 12, int32(v.wire-12)
	return ReasonNone
}

// icmp reads type and code of ICMP, ICMPv6 or IGMP; the payload starts after
// size bytes. For IGMP the second byte is a response time, not a code.
func (d *decoder) icmp(v view, size int) Reason {
	p := d.p
	if !v.has(4) {
		return d.short(size, v.wire)
	}
	p.Layer = LayerTransport
	p.ICMPType, p.ICMPCode = v.b[0], v.b[1]
	p.HeaderLen, p.PayloadLen = uint8(size), int32(max(0, v.wire-size))
	return ReasonNone
}
