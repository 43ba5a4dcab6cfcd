package dpi

// QQ: no public description; the constants are those that nDPI 4.11 looks for.

func init() {
	Register(Dissector{ID: idQq, Name: "QQ", L4: UDP, Min: 39, MaxPackets: 5, Func: func(c *Context) Verdict {
		switch head := be32(c.B); {
		case head == 0x28000000, head == 0x02004800 && len(c.B) == 72, head == 0x02004000 && len(c.B) == 64,
			head == 0x02004200 && len(c.B) == 60, head == 0x02005a00 && len(c.B) == 84, head == 0x02003800 && len(c.B) == 56:
			return c.Found(idQq)
		}
		return More
	}})
}
