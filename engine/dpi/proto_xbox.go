package dpi

// Xbox Live: port 3074 (Microsoft: "Network ports used by Xbox"); the constants
// are those that nDPI 4.11 looks for.

func init() {
	Register(Dissector{ID: idXbox, Name: "Xbox", L4: UDP, Ports: []uint16{3074}, Min: 13, MaxPackets: 5, Func: func(c *Context) Verdict {
		b, note := c.B, c.Note()
		if be32(b) == 0 && b[5] == 0x58 && be24(b[7:]) == 0 {
			switch uint(b[4])<<8 | uint(b[6]) {
			case 0x0c76, 0x0218, 0x0b80, 0x0340, 0x064e:
				return c.Found(idXbox)
			}
		}
		if c.Port(3074) && xboxPacket(b) {
			if *note++; *note == 2 {
				return c.Found(idXbox)
			}
		}
		return More
	}})
}

func xboxPacket(b []byte) bool {
	switch len(b) {
	case 24:
		return b[0] == 0
	case 28:
		return be32(b) == 0x015f2c00
	case 38:
		return be32(b) == 0xc1457f03
	case 40:
		return be32(b) == 0xcf5f3202
	case 42:
		return b[0] == 0x4f && b[2] == 0x0a
	case 80:
		return be24(b) == 0x50bc45
	}
	return false
}
