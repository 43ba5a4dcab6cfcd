package dpi

// Vhua, a Chinese telephone service: no public description; the constants are
// those that nDPI 4.11 looks for.

func init() {
	signature(Dissector{ID: idVhua, Name: "VHUA", L4: UDP, Ports: []uint16{58267}, First: "\x05", Min: 9}, func(c *Context, b []byte) bool {
		return c.N() <= 3 && has(b, "\x05\x14\x3a\x05\x08\xf8\xa1\xb1\x03")
	})
}
