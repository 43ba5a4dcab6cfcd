package dpi

// NNTP: RFC 3977: the server greets with 200 or 201; a reader then says so, or
// logs in (RFC 4643).

func init() {
	Register(Dissector{ID: idUsenet, Name: "Usenet", L4: TCP, Ports: []uint16{119}, First: "2", Min: 5, Priority: 2, MaxPackets: 4, Func: func(c *Context) Verdict {
		b, note := c.B, c.Note()
		if *note == 0 {
			if !has(b, "200 ") && !has(b, "201 ") {
				return No
			}
			*note = uint64(c.Dir()) + 1
			if c.Port(119, 433) {
				return c.Found(idUsenet)
			}
			return More
		}
		if *note != uint64(c.Dir())+1 && (has(b, "MODE READER\r\n") || has(b, "AUTHINFO USER ") || has(b, "HELP\r\n") || has(b, "CAPABILITIES\r\n")) {
			return c.Found(idUsenet)
		}
		return No
	}})
	signature(Dissector{ID: idUsenet, Name: "Usenet", L4: TCP, Ports: []uint16{119, 433}, OnlyPorts: true, First: "MA", Min: 11}, func(_ *Context, b []byte) bool {
		return has(b, "MODE READER") || has(b, "AUTHINFO USER")
	})
}
