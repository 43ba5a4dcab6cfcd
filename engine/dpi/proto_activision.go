package dpi

// Activision (Call of Duty): no public description; the constants are those
// that nDPI 4.11 looks for.

func init() {
	Register(Dissector{ID: idActivision, Name: "Activision", L4: UDP, Min: 18, MaxPackets: 6, First: "\x0c\x0d\x29\x28", Func: dissectActivision})
}

func dissectActivision(c *Context) Verdict {
	b, note := c.B, c.Note()
	if c.NDir() == 1 && *note&(1<<c.Dir()) == 0 {
		if w := be16(b); (w == 0x0c02 || w == 0x0d02) && len(b) >= 29 {
			if be16(b[17:]) == 0xc0a8 && be32(b[19:]) == 0x0015020c {
				return c.Found(idActivision)
			}
			*note |= 1 << c.Dir()
			if *note == 3 {
				return More
			}
			return More
		}
		return No
	}
	if c.FromClient && b[0] == 0x29 || !c.FromClient && b[0] == 0x28 {
		if c.N() >= 4 && *note == 3 {
			return c.Found(idActivision)
		}
		return More
	}
	return No
}
