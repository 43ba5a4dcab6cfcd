package dpi

// Radmin: no public description; the constants are those that nDPI 4.11 looks
// for.

func init() {
	signature(Dissector{ID: idRadmin, Name: "Radmin", L4: TCP, Ports: []uint16{4899}, Min: 10, First: "\x01"}, func(_ *Context, b []byte) bool {
		return len(b) == 10 && be32(b) == 0x01000000 && b[4] == 1 && be16(b[8:]) == 0x0808
	})
}
