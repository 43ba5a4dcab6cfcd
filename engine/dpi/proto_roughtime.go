package dpi

// Roughtime: draft-ietf-ntp-roughtime.

func init() {
	signature(Dissector{ID: idRoughtime, Name: "Roughtime", L4: UDP, Ports: []uint16{2002}, Min: 20, First: "R\x02\x03\x05\x04\x06"}, func(_ *Context, b []byte) bool {
		if has(b, "ROUGHTIM") { // draft-ietf-ntp-roughtime
			return true
		}
		n := int(le32(b)) // tags, then offsets
		return n >= 2 && n <= 8 && len(b) >= 8*n && (hasAt(b, 4*n, "NONC") || hasAt(b, 4*n, "SIG\x00") || hasAt(b, 4*n, "VER\x00") || hasAt(b, 4*n, "PAD\xff") || hasAt(b, 4*n, "SIG\xff") || hasAt(b, 4*n, "VER\xff"))
	})
}
