package dpi

// BFCP: RFC 8855, section 5.1.

func init() {
	Register(Dissector{ID: idBfcp, Name: "BFCP", L4: TCP | UDP, Min: 12, Priority: 5, MaxPackets: 4, Func: func(c *Context) Verdict {
		b, note := c.B, c.Note() // RFC 8855, section 5.1: two messages of one conference
		if version := b[0] >> 5; version != 1 && version != 2 || b[0]&0x0f != 0 || b[1] < 1 || b[1] > 18 || be16(b[2:]) > 256 {
			return No
		}
		conference := uint64(be32(b[4:])) + 1
		if *note == conference && conference > 1 {
			return c.Found(idBfcp)
		}
		if c.L4 == UDP && 4*be16(b[2:])+12 != len(b) {
			return No
		}
		*note = conference
		return More
	}})
}
