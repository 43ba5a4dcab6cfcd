package dpi

// ISO transport on TCP (RFC 1006, X.224) and what runs in it: S7comm (protocol
// id 0x32), S7comm plus (0x72), MMS (ISO 9506).

func init() {
	either(Dissector{ID: idS7comm, Name: "S7Comm", L4: TCP, Ports: []uint16{102}, Min: 8, First: "\x03", Priority: -1}, func(c *Context, b []byte) bool {
		if b[1] != 0 || be16(b[2:]) > len(b) || b[5] != 0xf0 {
			return false
		}
		switch b[7] {
		case 0x32:
			return true
		case 0x72:
			c.Set(0, idS7commPlus)
		}
		return false
	})
	Register(Dissector{ID: idS7commPlus, Name: "S7CommPlus", L4: TCP, Ports: []uint16{102}, Min: 8, First: "\x03", MaxPackets: 6, Priority: -2, Func: dissectCOTP})
}

// dissectCOTP follows ISO transport on port 102 to what runs in it: S7comm plus
// or MMS (ISO 9506 over RFC 1006, session SPDU 0x0D or ACSE).
func dissectCOTP(c *Context) Verdict {
	b := c.B
	if b[1] != 0 || be16(b[2:]) > len(b) {
		return No
	}
	switch {
	case b[5] == 0xe0 || b[5] == 0xd0:
		return More
	case b[5] == 0xf0 && b[7] == 0x72:
		return c.Found(idS7commPlus)
	case b[5] == 0xf0 && b[7] == 0x0d && len(b) > 20 && contains(b, "\x28\xca\x22\x02"): // object id 1.0.9506.2.x
		return c.Found(idIso95061Mms)
	case b[5] == 0xf0 && len(b) > 12 && hasAt(b, 7, "\x01\x00\x01\x00\x61"):
		return c.Found(idIso95061Mms)
	}
	return No
}
