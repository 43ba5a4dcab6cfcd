package decode

// GRE header flags (RFC 2784, RFC 2890, RFC 2637).
const (
	greChecksum = 0x8000
	greRouting  = 0x4000
	greKey      = 0x2000
	greSequence = 0x1000
	greAck      = 0x0080 // version 1 only
	greVersion  = 0x0007
)

// GRE protocol types that are no EtherTypes of their own.
const (
	grePPP     uint16 = 0x880b // PPTP, RFC 2637
	greERSPAN2 uint16 = 0x88be // ERSPAN type I and II
	greERSPAN3 uint16 = 0x22eb // ERSPAN type III
)

// gre opens a GRE tunnel. What it cannot open stays a packet of protocol 47.
func (d *decoder) gre(v view) Reason {
	if !v.has(4) {
		return ReasonTruncatedL4
	}
	flags, proto := be16(v.b), be16(v.b[2:])
	size := 4
	switch flags & greVersion {
	case 0:
		if flags&(greChecksum|greRouting) != 0 {
			size += 4
		}
		if flags&greKey != 0 {
			size += 4
		}
		if flags&greSequence != 0 {
			size += 4
		}
	case 1:
		if proto != grePPP || flags&greKey == 0 {
			return ReasonNone
		}
		size += 4
		if flags&greSequence != 0 {
			size += 4
		}
		if flags&greAck != 0 {
			size += 4
		}
	default:
		return ReasonNone
	}
	if !v.has(size) {
		return ReasonTruncatedL4
	}
	return d.greInner(flags, proto, v.skip(size))
}

// greInner goes on by the protocol type of a GRE header.
func (d *decoder) greInner(flags, proto uint16, v view) Reason {
	switch proto {
	case EtherIPv4:
		return d.inner(v, innerIPv4, TunnelGRE)
	case EtherIPv6:
		return d.inner(v, innerIPv6, TunnelGRE)
	case EtherTEB:
		return d.inner(v, innerEthernet, TunnelGRE)
	case EtherMPLS, EtherMPLSMult:
		return d.inner(v, innerMPLS, TunnelGRE)
	case grePPP:
		if flags&greVersion == 1 {
			return d.inner(v, innerPPP, TunnelGRE)
		}
	case greERSPAN2, greERSPAN3:
		if size := erspanSize(flags, proto, v); v.has(size) {
			return d.inner(v.skip(size), innerEthernet, TunnelERSPAN)
		}
	}
	return ReasonNone
}

// erspanSize is the length of an ERSPAN header: none for type I (no sequence
// number in GRE), 8 for type II, 12 for type III or 20 with its optional
// platform part.
func erspanSize(flags, proto uint16, v view) int {
	switch {
	case proto == greERSPAN3:
		if v.has(12) && v.b[11]&1 != 0 {
			return 20
		}
		return 12
	case flags&greSequence != 0:
		return 8
	}
	return 0
}
