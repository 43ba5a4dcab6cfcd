package dpi

// NTP: RFC 5905; control and private messages (modes 6 and 7) of RFC 1305.

func init() {
	signature(Dissector{ID: idNtp, Name: "NTP", L4: UDP, Ports: []uint16{123}, OnlyPorts: true, Min: 4}, func(_ *Context, b []byte) bool {
		version, mode := b[0]>>3&7, b[0]&7
		if version < 1 || version > 4 {
			return false
		}
		return len(b) >= 48 || mode >= 6
	})
}
