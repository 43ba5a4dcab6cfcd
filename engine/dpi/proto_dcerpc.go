package dpi

// DCE RPC: C706, connection-oriented and connectionless headers; PROFINET IO
// runs in it (IEC 61158-6-10).

func init() {
	Register(Dissector{ID: idDcerpc, Name: "DCERPC", L4: TCP | UDP, Ports: []uint16{135}, Min: 16, First: "\x05\x04", MaxPackets: 3, Func: dissectDCERPC})
}

func dissectDCERPC(c *Context) Verdict {
	b := c.B
	if c.L4 == TCP {
		if b[0] == 5 && b[1] <= 1 && b[2] <= 19 && b[3]&0x80 == 0 && (le16(b[8:]) == len(b) || be16(b[8:]) == len(b)) && (b[4]&0x10 != 0 || b[4] == 0) {
			return c.Found(idDcerpc)
		}
		return No
	}
	if len(b) < 80 || b[0] != 4 || b[1] > 11 || b[2]&^0x7e != 0 && b[2] > 0x7f {
		return No
	}
	n := le16(b[74:])
	if b[4]&0x10 == 0 {
		n = be16(b[74:])
	}
	if n+80 > len(b) {
		return No
	}
	// The object UUID of PROFINET IO ends in the same bytes for all devices (IEC 61158-6-10).
	if hasAt(b, 12, "\x6c\x97\x11\xd1\x82\x71") || hasAt(b, 28, "\x6c\x97\x11\xd1\x82\x71") || c.Port(34964) {
		c.Set(idDcerpc, idProfinetIo)
		return Found
	}
	return c.Found(idDcerpc)
}
