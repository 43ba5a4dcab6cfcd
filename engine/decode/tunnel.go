package decode

// innerKind is what an encapsulation carries.
type innerKind uint8

const (
	innerEthernet innerKind = iota
	innerIP                 // by its version
	innerIPv4
	innerIPv6
	innerPPP
	innerMPLS
	innerWiFi
)

// inner decodes what tunnel t carries. When that does not look like traffic
// (no ARP or IP header in it), the outer packet is put back: a port number
// alone does not make a tunnel.
func (d *decoder) inner(v view, kind innerKind, t Tunnel) Reason {
	if d.tunnels == 0 {
		return ReasonTunnelDepth
	}
	outer, headers := *d.p, *d.h
	if d.tunnels > 0 {
		d.tunnels--
	}
	d.p.Layer, d.p.Tunnel = LayerLink, t
	var r Reason
	switch kind {
	case innerEthernet:
		r = d.ethernet(v)
	case innerIPv4:
		r = d.ipv4(v)
	case innerIPv6:
		r = d.ipv6(v)
	case innerIP:
		r = d.innerIP(v)
	case innerMPLS:
		r = d.mpls(v)
	case innerPPP:
		r = d.ppp(v)
	case innerWiFi:
		r = d.wifi(v)
	}
	if d.p.Layer < LayerARP {
		*d.p, *d.h = outer, headers
		if r != ReasonTunnelDepth {
			r = ReasonNone
		}
	}
	return r
}

// innerIP decodes an IP packet of unknown version.
func (d *decoder) innerIP(v view) Reason {
	if v.has(1) && v.b[0]>>4 == 6 {
		return d.ipv6(v)
	}
	return d.ipv4(v)
}

// ipTunnel opens the tunnels that are IP protocols. Those over fragments stay
// closed: the rest of the inner packet is elsewhere.
func (d *decoder) ipTunnel(v view) Reason {
	if d.tunnels == -1 || d.p.Fragment {
		return ReasonNone
	}
	switch d.p.Proto {
	case ProtoIPIP:
		return d.inner(v, innerIPv4, TunnelIPIP)
	case ProtoIPv6:
		return d.inner(v, innerIPv6, TunnelIPIP)
	}
	return d.gre(v)
}
