package dpi

// Teredo: RFC 4380: IPv6 in UDP port 3544, possibly behind an authentication or
// origin indication.

func init() {
	signature(Dissector{ID: idTeredo, Name: "Teredo", L4: UDP, Ports: []uint16{3544}, OnlyPorts: true, Min: 40}, func(c *Context, b []byte) bool {
		if c.T.Server.IsMulticast() {
			return false
		}
		return b[0]>>4 == 6 || b[0] == 0 && b[1] <= 1
	})
}
