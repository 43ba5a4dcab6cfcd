package dpi

// Half-Life 2 and its kin: the answer to a connectionless challenge ends in
// "000" and a zero byte, from both sides; as nDPI 4.11 looks for it.

func init() {
	Register(Dissector{ID: idHalflife2, Name: "HalfLife2", L4: UDP, First: "\xff", Min: 20, MaxPackets: 4, Priority: -1, Func: func(c *Context) Verdict {
		b := c.B
		if be32(b) != 0xffffffff || !hasAt(b, len(b)-4, "000\x00") {
			return No
		}
		if c.NOther() > 0 {
			return c.Found(idHalflife2)
		}
		return More
	}})
}
