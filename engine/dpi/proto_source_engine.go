package dpi

// Source engine: Valve's "Server queries" (A2S): connectionless packets open
// with four 0xFF.

func init() {
	signature(Dissector{ID: idSourceEngine, Name: "Source_Engine", L4: UDP, Ports: []uint16{27015}, Min: 6, First: "\xff"}, func(c *Context, b []byte) bool {
		if be32(b) != 0xffffffff {
			return false
		}
		return b[4] == 'T' && contains(b, "Source Engine Query") || c.Port(27015) && (b[4] == 'U' || b[4] == 'V' || b[4] == 'I')
	})
}
