package dpi

// NNTP: RFC 3977.

func init() {
	either(Dissector{ID: idUsenet, Name: "Usenet", L4: TCP, Ports: []uint16{119}, First: "2MAG", Min: 8, Priority: 2}, func(c *Context, b []byte) bool {
		if !c.Port(119, 433) {
			return false
		}
		return has(b, "200 ") || has(b, "201 ") || has(b, "MODE READER") || has(b, "AUTHINFO USER")
	})
}
