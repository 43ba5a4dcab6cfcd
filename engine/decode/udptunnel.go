package decode

// UDP ports of encapsulations that are removed.
const (
	portL2TP   = 1701
	portGTPU   = 2152
	portVXLAN  = 4789
	portCAPWAP = 5247
	portEoIP   = 16667
	portTZSP   = 37008
)

// isTunnelPort is the cheap question asked of every UDP packet.
func isTunnelPort(src, dst uint16) bool {
	switch dst {
	case portL2TP, portGTPU, portVXLAN, portCAPWAP, portEoIP, portTZSP:
		return true
	}
	return src == portGTPU || src == portCAPWAP || src == portTZSP
}

// udpTunnel opens a tunnel over UDP. Which port decides, and in which
// direction, is as in the original: L2TP and EoIP want both ports, VXLAN the
// destination, the others any of the two.
func (d *decoder) udpTunnel(v view) Reason {
	src, dst := d.p.SrcPort, d.p.DstPort
	switch {
	case src == portGTPU || dst == portGTPU:
		return d.gtpU(v)
	case src == portEoIP && dst == portEoIP:
		if v.has(12) {
			return d.inner(v.skip(12), innerEthernet, TunnelEoIP)
		}
	case src == portL2TP && dst == portL2TP:
		return d.l2tp(v)
	case src == portTZSP || dst == portTZSP:
		return d.tzsp(v)
	case dst == portVXLAN:
		// RFC 7348: the I flag must be set and the last byte is reserved. The
		// other reserved bytes are used by extensions.
		if v.has(8) && v.b[0]&0x08 != 0 && v.b[7] == 0 {
			return d.inner(v.skip(8), innerEthernet, TunnelVXLAN)
		}
	case src == portCAPWAP || dst == portCAPWAP:
		return d.capwap(v)
	}
	return ReasonNone
}

// gtpU opens a GTP-U G-PDU (3GPP TS 29.281), with extension headers.
func (d *decoder) gtpU(v view) Reason {
	if !v.has(8) || v.b[0]>>4 != 3 || v.b[1] != 0xff { // version 1, protocol type GTP
		return ReasonNone
	}
	flags := v.b[0]
	v = v.skip(8)
	if flags&0x07 != 0 { // sequence number, N-PDU number, next extension: all or none
		if !v.has(4) {
			return ReasonNone
		}
		next := v.b[3]
		v = v.skip(4)
		if flags&0x04 == 0 {
			next = 0
		}
		for n := 0; next != 0 && n < maxExtHeaders; n++ {
			if !v.has(1) {
				return ReasonNone
			}
			size := int(v.b[0]) * 4
			if size == 0 || !v.has(size) {
				return ReasonNone
			}
			next = v.b[size-1]
			v = v.skip(size)
		}
	}
	return d.inner(v, innerIP, TunnelGTP)
}

// l2tp opens an L2TP version 2 data message (RFC 2661).
func (d *decoder) l2tp(v view) Reason {
	if !v.has(6) {
		return ReasonNone
	}
	flags := be16(v.b)
	if flags&0x800f != 2 { // control message, or another version
		return ReasonNone
	}
	size := 6
	if flags&0x4000 != 0 {
		size += 2
	}
	if flags&0x0800 != 0 {
		size += 4
	}
	if flags&0x0200 != 0 {
		if !v.has(size + 2) {
			return ReasonNone
		}
		size += 2 + int(be16(v.b[size:]))
	}
	if !v.has(size) {
		return ReasonNone
	}
	return d.inner(v.skip(size), innerPPP, TunnelL2TP)
}

// tzsp opens a TaZmen Sniffer Protocol packet that carries a received frame.
func (d *decoder) tzsp(v view) Reason {
	if !v.has(4) || v.b[0] != 1 || v.b[1] != 0 {
		return ReasonNone
	}
	kind := innerEthernet
	switch be16(v.b[2:]) {
	case 1:
	case 0x12:
		kind = innerWiFi
	default:
		return ReasonNone
	}
	v = v.skip(4)
	for v.has(1) {
		switch v.b[0] {
		case 0: // padding
			v = v.skip(1)
		case 1: // end of the tags
			return d.inner(v.skip(1), kind, TunnelTZSP)
		default:
			if !v.has(2) || !v.has(2+int(v.b[1])) {
				return ReasonNone
			}
			v = v.skip(2 + int(v.b[1]))
		}
	}
	return ReasonNone
}

// capwap opens a CAPWAP data packet (RFC 5415) with an 802.3 or 802.11 frame.
// Keep-alives, DTLS and later fragments stay closed. The 802.11 header is found
// by the SNAP header after it, because some controllers send its frame control
// field with the bytes swapped; link addresses stay those of the outer frame.
func (d *decoder) capwap(v view) Reason {
	if !v.has(8) || v.b[0] != 0 {
		return ReasonNone
	}
	flags := v.b[3]
	fragment := flags&0x80 != 0
	if flags&0x08 != 0 || fragment && be16(v.b[6:])>>3 != 0 {
		return ReasonNone
	}
	native := v.b[2]&1 != 0 // 802.11 instead of 802.3
	size := int(v.b[1]>>3) * 4
	if size < 8 || !v.has(size) {
		return ReasonNone
	}
	v = v.skip(size)
	for _, mac := range [...]int{24, 26} {
		if !v.has(mac+8) || v.b[mac] != 0xaa || v.b[mac+1] != 0xaa || v.b[mac+2] != 3 {
			continue
		}
		switch be16(v.b[mac+6:]) {
		case EtherIPv4:
			return d.inner(v.skip(mac+8), innerIPv4, TunnelCAPWAP)
		case EtherIPv6:
			return d.inner(v.skip(mac+8), innerIPv6, TunnelCAPWAP)
		}
	}
	if native {
		return ReasonNone
	}
	return d.inner(v, innerEthernet, TunnelCAPWAP)
}
