package dpi

// Viber: no public description; the constants are those that nDPI 4.11 looks
// for.

func init() {
	signature(Dissector{ID: idViber, Name: "Viber", L4: UDP, Ports: []uint16{5243, 7985, 7987, 9785}, Min: 6, Priority: 2}, func(_ *Context, b []byte) bool {
		if rtpHeader(b) || rtcpHeader(b) {
			return false
		}
		switch be16(b[2:]) {
		case 0x0300:
			return true
		case 0x0900:
			return len(b) == 20
		case 0x0100:
			return be16(b[4:]) == 0x0500
		case 0x1900, 0x1b00:
			return len(b) == 34
		}
		return false
	})
	signature(Dissector{ID: idViber, Name: "Viber", L4: TCP, Min: 6, Ports: []uint16{4244, 5242}}, func(c *Context, b []byte) bool {
		if len(b) >= 11 && le16(b) == len(b) && (be16(b[6:]) == 0xfcff && b[9] == 0x80 || be16(b[4:]) == 0x0380 && b[10] == 0x0a) {
			return true
		}
		return len(b) > 6 && (b[2] == 0x03 && b[3] == 0 || b[2] == 0x6e && b[3] == 0 && b[4] == 0) && le16(b) == len(b) && c.Port(4244, 5242)
	})
}
