package dpi

// Telnet: RFC 854: option negotiation opens a session.

func init() {
	Register(Dissector{ID: idTelnet, Name: "Telnet", L4: TCP, Ports: []uint16{23}, First: "\xff", Min: 3, MaxPackets: 6, Func: func(c *Context) Verdict {
		b := c.B
		for len(b) >= 3 && b[0] == 0xff && b[1] >= 0xfa && b[1] <= 0xfe && b[2] < 0x28 {
			if b[1] == 0xfa { // sub-negotiation runs to IAC SE
				return c.Found(idTelnet)
			}
			b = b[3:]
		}
		if len(b) == len(c.B) {
			return No
		}
		if c.N() >= 2 || c.Port(23) {
			return c.Found(idTelnet)
		}
		return More
	}})
}
