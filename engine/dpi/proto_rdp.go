package dpi

// RDP: [MS-RDPBCGR] 2.2.1.1: TPKT (RFC 1006), X.224 connection request, then a
// cookie or a negotiation request. TLS follows in the same connection.

func init() {
	Register(Dissector{ID: idRdp, Name: "RDP", L4: TCP, Ports: []uint16{3389}, First: "\x03", Min: 11, MaxPackets: 4, Extra: 4, Func: dissectRDP})
	// RDP over UDP: [MS-RDPEUDP] 2.2.2: a SYN carries the initial acknowledgement -1.
	signature(Dissector{ID: idRdp, Name: "RDP", L4: UDP, Ports: []uint16{3389}, OnlyPorts: true, Min: 16}, func(_ *Context, b []byte) bool {
		return be32(b) == 0xffffffff && b[7]&1 != 0
	})
}

// Stages of an RDP flow, kept in the dissector's note.
const (
	rdpNamed = 1 << iota
	rdpTLS   // both sides agreed on TLS
)

func dissectRDP(c *Context) Verdict {
	b, note := c.B, c.Note()
	if *note&rdpTLS != 0 && b[0] == recHandshake && tlsRecord(b) {
		return rdpHandshake(c)
	}
	if b[0] != 3 || b[1] != 0 || be16(b[2:]) != len(b) || int(b[4])+5 > len(b) {
		if c.S.found {
			return FoundMore
		}
		return No
	}
	switch b[5] {
	case 0xe0: // connection request
		rest := b[11:]
		if len(rest) == 0 && c.Port(3389) || has(rest, "Cookie: mst") || len(rest) == 8 && rest[0] == 1 && rest[2] == 8 {
			if user := rdpUser(rest); user != "" {
				c.Meta().Info = user
			}
			return rdpFound(c, note)
		}
	case 0xd0: // confirm, with the protocol that was chosen (2.2.1.2)
		if len(b) == 19 && (b[11] == 2 || b[11] == 3) && b[13] == 8 || len(b) == 11 && c.Port(3389) {
			if len(b) == 19 && b[11] == 2 && b[15] != 0 {
				*note |= rdpTLS
			}
			return rdpFound(c, note)
		}
	}
	if c.S.found {
		return FoundMore
	}
	return No
}

func rdpFound(c *Context, note *uint64) Verdict {
	if *note&rdpNamed == 0 {
		*note |= rdpNamed
		c.Set(0, idRdp)
	}
	return FoundMore
}

// rdpHandshake reads the client's hello, which makes the flow one of TLS.
func rdpHandshake(c *Context) Verdict {
	b := c.B
	if len(b) < 9 || b[5] != hsClientHello || len(b) < 9+be24(b[6:]) {
		return FoundMore
	}
	if h := parseHello(b[9:9+be24(b[6:])], false); h != nil {
		tlsClient(c, h, 't', idTls)
		h.release()
		c.Set(idTls, idRdp)
		return Found
	}
	return FoundMore
}

// rdpUser returns the user of the routing cookie, "" when there is none.
func rdpUser(b []byte) string {
	line, _ := firstLine(b)
	if !has(line, "Cookie: mstshash=") || !printable(line) {
		return ""
	}
	return string(line[len("Cookie: mstshash="):])
}
