package decode

import "encoding/binary"

// EtherType values (IEEE 802 numbers, IANA).
const (
	EtherIPv4     uint16 = 0x0800
	EtherARP      uint16 = 0x0806
	EtherTEB      uint16 = 0x6558 // transparent Ethernet bridging
	EtherVLAN     uint16 = 0x8100
	EtherIPv6     uint16 = 0x86dd
	EtherMPLS     uint16 = 0x8847
	EtherMPLSMult uint16 = 0x8848
	EtherPPPoEDis uint16 = 0x8863
	EtherPPPoE    uint16 = 0x8864
	EtherQinQ     uint16 = 0x88a8
	EtherQinQOld  uint16 = 0x9100
)

// maxTags bounds the VLAN tags and MPLS labels read in a row.
const maxTags = 16

// link reads the link-layer header of a frame.
func (d *decoder) link(link LinkType, v view) Reason {
	switch link {
	case LinkEthernet:
		return d.ethernet(v)
	case LinkLinuxSLL:
		return d.cooked(v, 16, 14)
	case LinkLinuxSLL2:
		return d.cooked(v, 20, 0)
	case LinkRaw, LinkRaw12, LinkRaw14, LinkIPv4, LinkIPv6:
		return d.rawIP(v)
	case LinkNull, LinkLoop:
		return d.loopback(v)
	case LinkENC:
		if !v.has(12) {
			return ReasonTruncatedLink
		}
		return d.rawIP(v.skip(12))
	case LinkPPP, LinkPPPHDLC:
		// Cisco HDLC occurs here too; it has these unicast and broadcast addresses.
		if v.has(2) && (v.b[0] == 0x0f || v.b[0] == 0x8f) && v.b[1] == 0 {
			return d.ciscoHDLC(v)
		}
		return d.ppp(v)
	case LinkCHDLC:
		return d.ciscoHDLC(v)
	case LinkPPPoE:
		return d.pppoe(v)
	case LinkWiFi:
		return d.wifi(v)
	case LinkRadiotap:
		return d.radiotap(v)
	}
	return ReasonUnsupportedLink
}

// ethernet reads an Ethernet II or 802.3 frame.
func (d *decoder) ethernet(v view) Reason {
	if !v.has(14) {
		return ReasonTruncatedLink
	}
	p := d.p
	p.HasMAC = true
	copy(p.DstMAC[:], v.b[0:6])
	copy(p.SrcMAC[:], v.b[6:12])
	p.Layer = max(p.Layer, LayerLink)
	return d.etherType(be16(v.b[12:]), v.skip(14))
}

// etherType goes on after an EtherType or 802.3 length field; VLAN tags are
// read here.
func (d *decoder) etherType(et uint16, v view) Reason {
	p := d.p
	for n := 0; et == EtherVLAN || et == EtherQinQ || et == EtherQinQOld; n++ {
		if !v.has(4) {
			return ReasonTruncatedLink
		}
		if n == maxTags {
			return ReasonMalformed
		}
		p.VLAN = be16(v.b) & 0x0fff
		et, v = be16(v.b[2:]), v.skip(4)
	}
	if et < 0x0600 {
		return d.llc(v.trim(int(et)))
	}
	if d.h.EtherType == 0 {
		d.h.EtherType = et
	}
	p.Layer = max(p.Layer, LayerLink)
	switch et {
	case EtherIPv4:
		return d.ipv4(v)
	case EtherIPv6:
		return d.ipv6(v)
	case EtherARP:
		return d.arp(v)
	case EtherMPLS, EtherMPLSMult:
		return d.mpls(v)
	case EtherPPPoE:
		return d.pppoe(v)
	}
	return ReasonNone
}

// llc reads an IEEE 802.2 header; only SNAP with an EtherType, and IP by its
// own SAP, go further.
func (d *decoder) llc(v view) Reason {
	d.p.Layer = max(d.p.Layer, LayerLink)
	if !v.has(3) {
		return ReasonNone // LLC frames without a payload of interest may be this short
	}
	dsap, ssap, ctl := v.b[0], v.b[1], v.b[2]
	switch {
	case dsap == 0xaa && ssap == 0xaa && ctl == 3:
		if !v.has(8) {
			return ReasonTruncatedLink
		}
		oui := uint32(v.b[3])<<16 | uint32(v.b[4])<<8 | uint32(v.b[5])
		if et := be16(v.b[6:]); (oui == 0 || oui == 0x0000f8) && et >= 0x0600 {
			return d.etherType(et, v.skip(8))
		}
	case dsap == 0x06 && ssap == 0x06 && ctl == 3:
		return d.etherType(EtherIPv4, v.skip(3))
	}
	return ReasonNone
}

// cooked reads a Linux cooked header (LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2)
// of size bytes whose protocol field is at offset proto. Its link address is
// not taken: there is no destination to go with it.
func (d *decoder) cooked(v view, size, proto int) Reason {
	if !v.has(size) {
		return ReasonTruncatedLink
	}
	d.p.Layer = LayerLink
	et := be16(v.b[proto:])
	v = v.skip(size)
	switch {
	case et == 0x0004: // 802.2 LLC
		return d.llc(v)
	case et < 0x0600: // Linux private values, no payload of interest
		return ReasonNone
	}
	return d.etherType(et, v)
}

// rawIP reads a packet without link header, by its version.
func (d *decoder) rawIP(v view) Reason {
	d.p.Layer = max(d.p.Layer, LayerLink)
	if !v.has(1) {
		return ReasonTruncatedNet
	}
	switch v.b[0] >> 4 {
	case 4:
		return d.etherType(EtherIPv4, v)
	case 6:
		return d.etherType(EtherIPv6, v)
	}
	return ReasonMalformed
}

// loopback reads the address family word of BSD loopback frames, in whichever
// byte order it makes sense.
func (d *decoder) loopback(v view) Reason {
	if !v.has(4) {
		return ReasonTruncatedLink
	}
	d.p.Layer = LayerLink
	family := be32(v.b)
	if family > 0xffff {
		family = binary.LittleEndian.Uint32(v.b)
	}
	switch family {
	case 2: // AF_INET everywhere
		return d.etherType(EtherIPv4, v.skip(4))
	case 10, 24, 28, 30: // AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, Darwin
		return d.etherType(EtherIPv6, v.skip(4))
	}
	return ReasonNone
}

// mpls removes the label stack. What it carries is not written anywhere: an IP
// packet starts with its version, everything else is tried as Ethernet, with or
// without a control word (RFC 4448).
func (d *decoder) mpls(v view) Reason {
	d.p.HasMPLS = true
	for n := 0; ; n++ {
		if !v.has(4) {
			return ReasonTruncatedLink
		}
		if n == maxTags {
			return ReasonMalformed
		}
		bottom := v.b[2]&1 == 1
		v = v.skip(4)
		if bottom {
			break
		}
	}
	if !v.has(1) {
		return ReasonTruncatedNet
	}
	if looksEthernet(v.b) {
		return d.inner(v, innerEthernet, TunnelMPLS)
	}
	switch v.b[0] >> 4 {
	case 4:
		return d.inner(v, innerIPv4, TunnelMPLS)
	case 6:
		return d.inner(v, innerIPv6, TunnelMPLS)
	case 0:
		if v.has(4) && looksEthernet(v.b[4:]) {
			return d.inner(v.skip(4), innerEthernet, TunnelMPLS)
		}
	}
	return ReasonNone
}

// looksEthernet reports whether b starts with an Ethernet header whose
// EtherType is one that occurs in pseudowires.
func looksEthernet(b []byte) bool {
	if len(b) < 14 {
		return false
	}
	switch be16(b[12:]) {
	case EtherIPv4, EtherIPv6, EtherARP, EtherVLAN, EtherPPPoE:
		return true
	}
	return false
}
