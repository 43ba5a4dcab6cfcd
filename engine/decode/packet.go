// Package decode turns a captured frame into the few facts that the flow
// engine needs: addresses, ports, flags, lengths and the transport payload.
//
// It works by hand over byte slices, allocates nothing, keeps no state between
// frames (fragment memory lives in FragmentPorts) and never reads past the frame.
// Nothing about flows, hosts or time may enter this package.
package decode

import "net/netip"

// LinkType is a link-layer header type as registered at tcpdump.org
// (LINKTYPE_ values, which are what capture files carry).
type LinkType uint16

// Link types that Decode understands.
const (
	LinkNull      LinkType = 0   // BSD loopback, address family in host byte order
	LinkEthernet  LinkType = 1   // IEEE 802.3
	LinkPPP       LinkType = 9   // PPP, optionally in HDLC-like framing
	LinkPPPHDLC   LinkType = 50  // PPP in HDLC-like framing
	LinkRaw12     LinkType = 12  // raw IP as some BSDs number it
	LinkRaw14     LinkType = 14  // raw IP as OpenBSD numbers it
	LinkRaw       LinkType = 101 // raw IPv4 or IPv6
	LinkCHDLC     LinkType = 104 // Cisco HDLC
	LinkWiFi      LinkType = 105 // IEEE 802.11
	LinkENC       LinkType = 109 // OpenBSD IPsec encapsulating interface
	LinkLoop      LinkType = 108 // OpenBSD loopback, address family in network byte order
	LinkLinuxSLL  LinkType = 113 // Linux cooked capture v1
	LinkPPPoE     LinkType = 51  // PPP over Ethernet session
	LinkRadiotap  LinkType = 127 // radiotap header, then 802.11
	LinkIPv4      LinkType = 228 // raw IPv4
	LinkIPv6      LinkType = 229 // raw IPv6
	LinkLinuxSLL2 LinkType = 276 // Linux cooked capture v2
)

// Reason says why a frame, or a part of it, could not be decoded. ReasonNone
// is a frame that decoded as far as this package goes.
type Reason uint8

// Reasons, counted one by one by the interface.
const (
	ReasonNone            Reason = iota
	ReasonEmpty                  // zero-length frame
	ReasonTruncatedLink          // link header cut off
	ReasonTruncatedNet           // IP or ARP header cut off
	ReasonTruncatedL4            // transport header cut off
	ReasonMalformed              // a header contradicts itself (version, header length, offset)
	ReasonUnsupportedLink        // link type that is not known here
	ReasonTunnelDepth            // more nested tunnels than MaxTunnels
	ReasonCount                  // number of reasons; not a reason
)

// MaxTunnels bounds how many encapsulations Decode follows in one frame.
const MaxTunnels = 4

// TCP flag bits, as on the wire.
const (
	FIN uint8 = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
)

// IP protocol numbers (IANA) that the engine names.
const (
	ProtoICMP   uint8 = 1
	ProtoIGMP   uint8 = 2
	ProtoIPIP   uint8 = 4
	ProtoTCP    uint8 = 6
	ProtoUDP    uint8 = 17
	ProtoIPv6   uint8 = 41
	ProtoGRE    uint8 = 47
	ProtoESP    uint8 = 50
	ProtoAH     uint8 = 51
	ProtoICMPv6 uint8 = 58
	ProtoSCTP   uint8 = 132
)

// Layer says how far a frame was understood.
type Layer uint8

// Layers.
const (
	LayerNone      Layer = iota // not even the link layer
	LayerLink                   // a frame without IP or ARP (STP, LLDP, ...)
	LayerARP                    // an ARP packet; see the ARP fields
	LayerNetwork                // IP, without a decodable transport header (later fragment, unknown protocol)
	LayerTransport              // IP and ports, or ICMP type and code
)

// Tunnel names the innermost encapsulation that was removed.
type Tunnel uint8

// Tunnels.
const (
	TunnelNone Tunnel = iota
	TunnelGRE
	TunnelIPIP
	TunnelVXLAN
	TunnelGTP
	TunnelTZSP
	TunnelCAPWAP
	TunnelPPPoE
	TunnelMPLS
	TunnelTeredo
	TunnelERSPAN
	TunnelL2TP
	TunnelEoIP
)

// Packet is what is handed on of a decoded frame. It is reused: Decode resets every
// field. L4 aliases the frame and is valid as long as it is.
//
// Packets go from core to core, so that they are as small as they can be.
type Packet struct {
	Time int64 // capture time, nanoseconds since the Unix epoch

	// L4 starts at the first byte of the transport header, cut at the captured
	// length; of ARP it is the whole packet.
	L4 []byte

	// Src and Dst are the innermost addresses, those of IPv4 mapped into IPv6.
	Src, Dst [16]byte

	SrcPort, DstPort uint16
	VLAN             uint16 // last 802.1Q tag met (the customer's in QinQ, the inner one in tunnels), 0 when untagged
	Window           uint16 // TCP
	SrcMAC, DstMAC   [6]byte
	Seq              uint32 // TCP
	WireLen          int32  // length on the wire
	PayloadLen       int32  // transport payload length on the wire, by the IP length (no padding)

	Layer              Layer
	Reason             Reason // what Decode returned
	IPVersion          uint8  // 4 or 6, 0 without IP
	Proto              uint8  // transport protocol after IPv6 extension headers
	TOS                uint8  // TOS or traffic class byte
	TTL                uint8  // TTL or hop limit
	TCPFlags           uint8
	ICMPType, ICMPCode uint8
	Tunnel             Tunnel
	HeaderLen          uint8 // bytes of L4 before the payload, or NoPayload
	HasMAC             bool
	HasMPLS            bool
	Outgoing           bool // this machine sent it; not known to Decode
	Fragment           bool // part of a fragmented datagram
	FirstFrag          bool // first part (offset 0) of a fragmented datagram
}

// NoPayload is the HeaderLen of a header that was not captured whole or contradicts
// itself, and of ARP.
const NoPayload = 255

// Headers is what the headers of a frame say beyond Packet. Nobody needs it once the
// packet is decoded.
type Headers struct {
	LinkLen    int32  // bytes before the outermost IP header
	IPLen      int32  // length of the IP packet as its header says
	IPID       uint32 // identification (IPv4, or IPv6 fragment header)
	EtherType  uint16 // of the outermost network layer; 0 when the link has none
	FragOffset uint16 // in bytes
	DontFrag   bool
}

// Payload is the transport payload, cut at the captured length. Of ICMP and IGMP it
// starts after 8 bytes, of protocols without ports it is all of L4.
func (p *Packet) Payload() []byte {
	if p.HeaderLen == NoPayload {
		return nil
	}
	return p.L4[min(int(p.HeaderLen), len(p.L4)):]
}

// SrcAddr is the address of the sender; not valid without IP.
func (p *Packet) SrcAddr() netip.Addr { return p.addr(&p.Src) }

// DstAddr is the address of the receiver; not valid without IP.
func (p *Packet) DstAddr() netip.Addr { return p.addr(&p.Dst) }

func (p *Packet) addr(a *[16]byte) netip.Addr {
	switch p.IPVersion {
	case 4:
		return netip.AddrFrom4([4]byte(a[12:]))
	case 6:
		return netip.AddrFrom16(*a)
	}
	return netip.Addr{}
}

// SetAddrs puts other addresses, both of the same IP version, into p.
func (p *Packet) SetAddrs(src, dst netip.Addr) {
	p.Src, p.Dst = src.As16(), dst.As16()
	p.IPVersion = 6
	if src.Is4() {
		p.IPVersion = 4
	}
}

// TCPOptions are the options of a TCP header, as far as they were captured;
// they alias the frame.
func (p *Packet) TCPOptions() []byte {
	if p.Proto != ProtoTCP || len(p.L4) < 20 {
		return nil
	}
	return p.L4[20:max(20, min(int(p.L4[12]>>4)*4, len(p.L4)))]
}

// ARP is an ARP packet for IPv4 over Ethernet (RFC 826).
type ARP struct {
	Op                   uint16
	Sender, Target       netip.Addr
	SenderMAC, TargetMAC [6]byte
}

// ARP reads an ARP packet; Layer must be LayerARP.
func (p *Packet) ARP() ARP {
	b := p.L4[:28]
	return ARP{Op: be16(b[6:]), SenderMAC: [6]byte(b[8:14]), Sender: addr4(b[14:]), TargetMAC: [6]byte(b[18:24]), Target: addr4(b[24:])}
}
