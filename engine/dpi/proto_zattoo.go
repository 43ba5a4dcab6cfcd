package dpi

// Zattoo: no public description; the constants are those that nDPI 4.11 looks
// for.

func init() {
	Register(Dissector{ID: idZattoo, Name: "Zattoo", L4: UDP, Ports: []uint16{5003}, OnlyPorts: true, First: "\x03", Min: 21, MaxPackets: 4, Func: func(c *Context) Verdict {
		b, note := c.B, c.Note()
		if head := be16(b); head != 0x037a && head != 0x0378 && head != 0x0305 && be32(b) != 0x03040004 && be32(b) != 0x03010005 {
			return No
		}
		if *note++; *note == 2 {
			return c.Found(idZattoo)
		}
		return More
	}})
	Register(Dissector{ID: idZattoo, Name: "Zattoo", L4: TCP, First: "\x03", Min: 51, MaxPackets: 3, Func: func(c *Context) Verdict {
		b, note := c.B, c.Note()
		switch {
		case *note == 0 && has(b, "\x03\x04\x00\x04\x0a\x00"):
			*note = uint64(c.Dir()) + 1
			return More
		case *note != 0 && *note != uint64(c.Dir())+1 && be16(b) == 0x0304:
			return c.Found(idZattoo)
		}
		return No
	}})
}

// zattooRequest reports its player's requests over HTTP.
func zattooRequest(agent, target string) bool {
	return hasText(agent, "Zattoo") || hasText(target, "/frontdoor/fd?brand=Zattoo&v=") || hasText(target, "/ZattooAdRedirect/redirect.jsp?user=")
}
