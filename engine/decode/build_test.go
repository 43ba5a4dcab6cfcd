package decode

import (
	"encoding/binary"
	"slices"
)

// Small builders: each returns a header and what it carries.

var (
	macA = []byte{2, 0, 0, 0, 0, 0x0a}
	macB = []byte{2, 0, 0, 0, 0, 0x0b}
	macC = []byte{2, 0, 0, 0, 0, 0x0c}
	macD = []byte{2, 0, 0, 0, 0, 0x0d}
)

func u16(v uint16) []byte { return binary.BigEndian.AppendUint16(nil, v) }

func u32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }

func cat(parts ...[]byte) []byte { return slices.Concat(parts...) }

func eth(et uint16, body []byte) []byte { return cat(macB, macA, u16(et), body) }

func ethInner(et uint16, body []byte) []byte { return cat(macD, macC, u16(et), body) }

func vlan(id, et uint16, body []byte) []byte { return cat(u16(id|0x2000), u16(et), body) }

func ip4(proto uint8, body []byte) []byte {
	return ip4to(proto, "\x0a\x00\x00\x01", "\x0a\x00\x00\x02", body)
}

func ip4to(proto uint8, src, dst string, body []byte) []byte {
	h := []byte{0x45, 0x2e, 0, 0, 0x12, 0x34, 0x40, 0, 63, proto, 0, 0}
	binary.BigEndian.PutUint16(h[2:], uint16(20+len(body)))
	return cat(h, []byte(src), []byte(dst), body)
}

// inner4 is an IPv4 UDP packet with addresses of its own.
func inner4() []byte {
	return ip4to(ProtoUDP, "\xc0\x00\x02\x01", "\xc0\x00\x02\x02", udp(5000, 53, "inner"))
}

func ip6(next uint8, body []byte) []byte {
	h := []byte{0x62, 0xe0, 0, 0, 0, 0, next, 61}
	binary.BigEndian.PutUint16(h[4:], uint16(len(body)))
	src := [16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 1}
	dst := [16]byte{0x20, 0x01, 0x0d, 0xb8, 15: 2}
	return cat(h, src[:], dst[:], body)
}

func tcp(src, dst uint16, flags uint8, options []byte, body string) []byte {
	h := cat(u16(src), u16(dst), u32(1000), u32(2000), []byte{byte((20 + len(options)) / 4 << 4), flags}, u16(512), u32(0), options)
	return append(h, body...)
}

func udp(src, dst uint16, body string) []byte {
	return cat(u16(src), u16(dst), u16(uint16(8+len(body))), u16(0), []byte(body))
}

func gre(flags, proto uint16, optional int, body []byte) []byte {
	return cat(u16(flags), u16(proto), make([]byte, optional), body)
}

func arpRequest() []byte {
	return cat(u16(1), u16(EtherIPv4), []byte{6, 4}, u16(1), macA, []byte{10, 0, 0, 1}, make([]byte, 6), []byte{10, 0, 0, 2})
}

func mplsLabel(bottom bool, body []byte) []byte {
	b := []byte{0, 0x10, 0x20, 64}
	if bottom {
		b[2] |= 1
	}
	return append(b, body...)
}

func snap(et uint16, body []byte) []byte { return cat([]byte{0xaa, 0xaa, 3, 0, 0, 0}, u16(et), body) }
