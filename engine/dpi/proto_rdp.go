package dpi

// RDP: [MS-RDPBCGR] 2.2.1.1: TPKT (RFC 1006), X.224 connection request, then a
// cookie or a negotiation request. TLS follows in the same connection.

func init() {
	Register(Dissector{ID: idRdp, Name: "RDP", L4: TCP, Ports: []uint16{3389}, First: "\x03", Min: 11, MaxPackets: 4, Extra: 8, Func: dissectRDP})
	// RDP over UDP: [MS-RDPEUDP] 2.2.2: a SYN carries the initial acknowledgement -1.
	signature(Dissector{ID: idRdp, Name: "RDP", L4: UDP, Ports: []uint16{3389}, OnlyPorts: true, Min: 16}, func(_ *Context, b []byte) bool {
		return be32(b) == 0xffffffff && b[7]&1 != 0
	})
}

func dissectRDP(c *Context) Verdict {
	b, note := c.B, c.Note()
	if c.S.found {
		return FoundMore
	}
	if b[0] != 3 || b[1] != 0 || be16(b[2:]) != len(b) || int(b[4])+5 > len(b) {
		return No
	}
	switch b[5] {
	case 0xe0: // connection request
		rest := b[11:]
		if len(rest) == 0 && c.Port(3389) || has(rest, "Cookie: mst") || len(rest) == 8 && rest[0] == 1 && rest[2] == 8 {
			*note = 1
			if c.NOther() == 0 {
				c.Partial(0, idRdp)
			}
			return rdpFound(c)
		}
	case 0xd0: // confirm
		if len(b) == 19 && (b[11] == 2 || b[11] == 3) && b[13] == 8 || len(b) == 11 && c.Port(3389) {
			return rdpFound(c)
		}
	}
	return No
}

func rdpFound(c *Context) Verdict {
	return c.Found(idRdp)
}
