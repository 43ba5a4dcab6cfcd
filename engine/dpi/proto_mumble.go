package dpi

// Mumble: "Protocol" documentation of its project, UDP ping.

func init() {
	either(Dissector{ID: idMumble, Name: "Mumble", L4: UDP, Min: 12, Ports: []uint16{64738}}, func(c *Context, b []byte) bool {
		// Ping of the voice protocol: a zero word and an id, answered with the id.
		note := c.Note()
		if len(b) == 12 && be32(b) == 0 {
			*note = be64(b[4:])
			return c.Port(64738)
		}
		return len(b) == 24 && *note != 0 && be64(b[4:]) == *note
	})
}
