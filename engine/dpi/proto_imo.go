package dpi

// IMO: no public description; the constants are those that nDPI 4.11 looks for.

func init() {
	Register(Dissector{ID: idImo, Name: "IMO", L4: UDP, Min: 1, MaxPackets: 6, Priority: 3, Func: func(c *Context) Verdict {
		b, note := c.B, c.Note()
		switch {
		case len(b) == 1: // the same byte twice running
			if *note == uint64(b[0])+1 {
				return c.Found(idImo)
			}
			*note = uint64(b[0]) + 1
			return More
		case len(b) == 10 && be16(b) == 0x0902, len(b) == 11 && be24(b) == 0x000903, len(b) == 1099 && be32(b) == 0x88491a00:
			return c.Found(idImo)
		}
		*note = 0
		return More
	}})
}
