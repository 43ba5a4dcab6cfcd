package main

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"sort"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
)

// mdnsGroup is where multicast DNS is spoken.
var mdnsGroup = netip.MustParseAddr("224.0.0.251")

// host is an end of a conversation. Remote hosts are reached through the
// gateway, whose MAC their frames carry.
type host struct {
	name   string
	ip     netip.Addr
	ip6    netip.Addr
	mac    [6]byte
	vlan   uint16
	ttl    uint8
	remote bool
	port   uint16 // last ephemeral port
	ipID   uint16
}

// nextPort returns a fresh ephemeral port.
func (h *host) nextPort() uint16 {
	if h.port < 49152 || h.port > 65000 {
		h.port = 49152
	}
	h.port += 1 + uint16(h.ip.As16()[15])%7
	return h.port
}

// frame is one frame of the capture; wire is its full length when it was cut.
type frame struct {
	at   time.Duration
	data []byte
	wire int
}

// lan collects the frames of everything that happens.
type lan struct {
	rnd     *rand.Rand
	gateway map[uint16]*host // by VLAN
	frames  []frame
}

// link is the Ethernet header, with a tag where the LAN host has one.
func (l *lan) link(src, dst *host, et uint16) []byte {
	vlan := src.vlan | dst.vlan
	srcMAC, dstMAC := src.mac, dst.mac
	if src.remote {
		srcMAC = l.gateway[vlan].mac
	}
	if dst.remote {
		dstMAC = l.gateway[vlan].mac
	}
	return ethernet(srcMAC, dstMAC, vlan, et)
}

func ethernet(src, dst [6]byte, vlan, et uint16) []byte {
	b := append(append([]byte{}, dst[:]...), src[:]...)
	if vlan != 0 {
		b = binary.BigEndian.AppendUint16(b, 0x8100)
		b = binary.BigEndian.AppendUint16(b, vlan)
	}
	return binary.BigEndian.AppendUint16(b, et)
}

// add stores a frame, padded to the Ethernet minimum; keep > 0 cuts it.
func (l *lan) add(at time.Duration, b []byte, keep int) {
	for len(b) < 60 {
		b = append(b, 0)
	}
	f := frame{at: at, data: b, wire: len(b)}
	if keep > 0 && keep < len(b) {
		f.data = b[:keep]
	}
	l.frames = append(l.frames, f)
}

// ip sends an IP packet; v6 chooses the family. keep cuts the frame in the
// capture, 0 keeps it whole.
func (l *lan) ip(at time.Duration, src, dst *host, v6 bool, proto uint8, body []byte, keep int) {
	et := uint16(0x0800)
	if v6 {
		et = 0x86dd
	}
	b := l.link(src, dst, et)
	if v6 {
		b = append(b, 0x60, 0, 0, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(len(body)))
		b = append(b, proto, hops(src, dst, true))
		b = append(append(b, src.ip6.AsSlice()...), dst.ip6.AsSlice()...)
	} else {
		src.ipID++
		h := []byte{0x45, 0, 0, 0, 0, 0, 0x40, 0, hops(src, dst, false), proto, 0, 0}
		binary.BigEndian.PutUint16(h[2:], uint16(20+len(body)))
		binary.BigEndian.PutUint16(h[4:], src.ipID)
		h = append(append(h, src.ip.AsSlice()...), dst.ip.AsSlice()...)
		binary.BigEndian.PutUint16(h[10:], ^fold(sum(h, 0)))
		b = append(b, h...)
	}
	setChecksum(proto, src, dst, v6, body)
	l.add(at, append(b, body...), keep)
}

// hops is the TTL with which a packet of src is seen on the LAN. What stays on
// the link says so: 255 for mDNS and neighbour discovery, 1 for the rest.
func hops(src, dst *host, v6 bool) uint8 {
	switch {
	case v6 && !dst.remote && !src.remote, dst.ip == mdnsGroup:
		return 255
	case dst.ip.IsMulticast():
		return 1
	}
	ttl := src.ttl
	if ttl == 0 {
		ttl = 64
	}
	if src.remote {
		ttl -= 9 + src.ip.As16()[15]%6
	}
	return ttl
}

func (l *lan) udp(at time.Duration, src, dst *host, v6 bool, sport, dport uint16, body []byte) {
	l.udpCut(at, src, dst, v6, sport, dport, body, 0)
}

func (l *lan) udpCut(at time.Duration, src, dst *host, v6 bool, sport, dport uint16, body []byte, keep int) {
	h := binary.BigEndian.AppendUint16(nil, sport)
	h = binary.BigEndian.AppendUint16(h, dport)
	h = binary.BigEndian.AppendUint16(h, uint16(8+len(body)))
	h = append(h, 0, 0)
	l.ip(at, src, dst, v6, decode.ProtoUDP, append(h, body...), keep)
}

// sum adds up 16-bit words for the internet checksum.
func sum(b []byte, s uint32) uint32 {
	for ; len(b) >= 2; b = b[2:] {
		s += uint32(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	return s
}

func fold(s uint32) uint16 {
	for s > 0xffff {
		s = s&0xffff + s>>16
	}
	return uint16(s)
}

// setChecksum fills in the checksum of a transport header.
func setChecksum(proto uint8, src, dst *host, v6 bool, b []byte) {
	at := map[uint8]int{decode.ProtoTCP: 16, decode.ProtoUDP: 6, decode.ProtoICMP: 2, decode.ProtoICMPv6: 2, decode.ProtoIGMP: 2}[proto]
	if at == 0 {
		return
	}
	s := uint32(0)
	if proto != decode.ProtoICMP && proto != decode.ProtoIGMP {
		s = uint32(proto) + uint32(len(b))
		if v6 {
			s = sum(dst.ip6.AsSlice(), sum(src.ip6.AsSlice(), s))
		} else {
			s = sum(dst.ip.AsSlice(), sum(src.ip.AsSlice(), s))
		}
	}
	b[at], b[at+1] = 0, 0
	c := ^fold(sum(b, s))
	if c == 0 && proto == decode.ProtoUDP {
		c = 0xffff // 0 would mean that there is none
	}
	binary.BigEndian.PutUint16(b[at:], c)
}

// write puts the frames in order of time into a pcap file.
func (l *lan) write(w *capture.Writer, start time.Time) error {
	sort.SliceStable(l.frames, func(i, j int) bool { return l.frames[i].at < l.frames[j].at })
	for _, f := range l.frames {
		if err := w.Write(start.Add(f.at).UnixNano(), f.data, f.wire); err != nil {
			return err
		}
	}
	return nil
}
