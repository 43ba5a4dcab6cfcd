package dpi

// Toca Boca World: no public description; the constants are those that nDPI
// 4.11 looks for.

func init() {
	signature(Dissector{ID: idTocaBoca, Name: "TocaBoca", L4: UDP, Min: 24, Ports: []uint16{5055}}, func(c *Context, b []byte) bool {
		return be64(b) == 0x7d7d7d7d7d7d7d7d || be32(b) == 0xffff0001 && be32(b[12:]) == 0x02ff0104
	})
}
