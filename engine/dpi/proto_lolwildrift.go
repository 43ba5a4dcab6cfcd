package dpi

// League of Legends: Wild Rift: no public description; sizes and constants are
// those that nDPI 4.11 looks for.

func init() {
	either(Dissector{ID: idLolwildrift, Name: "LoLWildRift", L4: UDP, Min: 22}, func(c *Context, b []byte) bool {
		switch note := c.Note(); {
		case len(b) == 22:
			return be32(b) == 0x0102c841 && be32(b[18:]) == 0x41304231
		case len(b) == 69 && be32(b) == 0x04000000:
			*note = 1
		case len(b) == 359:
			return *note == 1 && be32(b) == 0x10000000
		}
		return false
	})
}
