package decode

// PPP protocol numbers (IANA).
const (
	pppIPv4 = 0x0021
	pppIPv6 = 0x0057
	pppMPLS = 0x0281
)

// pppoe reads a PPP over Ethernet session header (RFC 2516).
func (d *decoder) pppoe(v view) Reason {
	if !v.has(6) {
		return ReasonTruncatedLink
	}
	d.p.Layer = max(d.p.Layer, LayerLink)
	if v.b[0] != 0x11 {
		return ReasonMalformed
	}
	if v.b[1] != 0 { // a discovery code, no session data
		return ReasonNone
	}
	length := int(be16(v.b[4:]))
	v = v.skip(6)
	if length > 0 {
		v = v.trim(length)
	}
	d.p.Tunnel = TunnelPPPoE
	return d.ppp(v)
}

// ppp reads a PPP frame (RFC 1661), with or without address and control field
// and with a compressed protocol field or not.
func (d *decoder) ppp(v view) Reason {
	d.p.Layer = max(d.p.Layer, LayerLink)
	proto, v, ok := pppProtocol(v)
	if !ok {
		return ReasonTruncatedLink
	}
	switch proto {
	case pppIPv4:
		return d.etherType(EtherIPv4, v)
	case pppIPv6:
		return d.etherType(EtherIPv6, v)
	case pppMPLS:
		return d.mpls(v)
	}
	return ReasonNone
}

// pppProtocol reads the PPP header and returns the protocol and what follows.
func pppProtocol(v view) (uint16, view, bool) {
	if v.has(2) && v.b[0] == 0xff && v.b[1] == 0x03 {
		v = v.skip(2)
	}
	switch {
	case v.has(1) && v.b[0]&1 == 1:
		return uint16(v.b[0]), v.skip(1), true
	case v.has(2):
		return be16(v.b), v.skip(2), true
	}
	return 0, v, false
}

// ciscoHDLC reads Cisco's HDLC header: address, control, EtherType.
func (d *decoder) ciscoHDLC(v view) Reason {
	if !v.has(4) {
		return ReasonTruncatedLink
	}
	d.p.Layer = LayerLink
	et := be16(v.b[2:])
	if et < 0x0600 {
		return ReasonNone
	}
	return d.etherType(et, v.skip(4))
}
