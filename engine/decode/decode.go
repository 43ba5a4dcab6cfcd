package decode

import (
	"encoding/binary"
	"net/netip"
)

// Options changes how far Decode goes. The zero value is the default.
type Options struct {
	// KeepTunnels leaves encapsulations alone: the outer IP header is the result.
	// PPPoE and MPLS, which have no IP header of their own, are still removed.
	KeepTunnels bool
}

// Decode is Options.Decode without options, for whoever does not ask for the headers.
func Decode(link LinkType, frame []byte, wireLen int, p *Packet) Reason {
	var h Headers
	return Options{}.Decode(link, frame, wireLen, p, &h)
}

// Decode reads one frame into p and h, removing the tunnels that the original removes
// (GRE, IP-in-IP, 6in4, VXLAN, GTP-U, TZSP, CAPWAP data, L2TP, EoIP, ERSPAN).
// frame is what was captured, wireLen the length on the wire in bytes (a value
// below len(frame) is taken as len(frame)). p and h are overwritten; who knows the time
// sets it then.
//
// A Reason other than ReasonNone says what stopped the reading; p then holds
// everything that was read before, and p.Layer how far that was.
func (o Options) Decode(link LinkType, frame []byte, wireLen int, p *Packet, h *Headers) Reason {
	wireLen = max(wireLen, len(frame))
	reset(p, h, wireLen)
	if link == LinkEthernet {
		if plain(frame, wireLen, p, h) {
			return ReasonNone
		}
		reset(p, h, wireLen)
	}
	p.Reason = o.layers(link, frame, p, h)
	return p.Reason
}

func reset(p *Packet, h *Headers, wireLen int) {
	*p = Packet{WireLen: int32(wireLen)} // with a field of its own in it, it would be made elsewhere and copied
	*h = Headers{}
}

// layers reads one header after the other.
func (o Options) layers(link LinkType, frame []byte, p *Packet, h *Headers) Reason {
	if len(frame) == 0 {
		return ReasonEmpty
	}
	d := decoder{p: p, h: h, captured: len(frame), tunnels: MaxTunnels}
	if o.KeepTunnels {
		d.tunnels = -1
	}
	return d.link(link, view{frame, int(p.WireLen)})
}

// decoder carries what the layers share: the packet and how many tunnels may
// still be opened (-1: none may, and that is no error).
type decoder struct {
	p        *Packet
	h        *Headers
	captured int // bytes of the frame
	tunnels  int
	ip       bool // an IP header was met
}

// view is the rest of a frame: the captured bytes and how many there were on
// the wire (never fewer).
type view struct {
	b    []byte
	wire int
}

// skip drops the first n bytes, which must have been captured.
func (v view) skip(n int) view { return view{v.b[n:], v.wire - n} }

// has reports whether n bytes were captured.
func (v view) has(n int) bool { return len(v.b) >= n }

// trim limits the view to n bytes on the wire.
func (v view) trim(n int) view {
	if n >= v.wire {
		return v
	}
	return view{v.b[:min(n, len(v.b))], n}
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }

func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }

func addr4(b []byte) netip.Addr { return netip.AddrFrom4([4]byte(b[:4])) }
