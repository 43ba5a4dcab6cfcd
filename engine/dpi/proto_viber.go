package dpi

// Viber: no public description; the constants are those that nDPI 4.11 looks
// for.

func init() {
	signature(Dissector{ID: idViber, Name: "Viber", L4: TCP, Min: 6, Ports: []uint16{4244, 5242}}, func(c *Context, b []byte) bool {
		return len(b) > 6 && (b[2] == 0x03 && b[3] == 0 || b[2] == 0x6e && b[3] == 0 && b[4] == 0) && le16(b) == len(b) && c.Port(4244, 5242)
	})
}
