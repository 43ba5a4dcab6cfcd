package dpi

// Discord: "IP discovery" of its developer documentation, and the voice
// clients' pings.

func init() {
	Register(Dissector{ID: idDiscord, Name: "Discord", L4: UDP, Min: 8, MaxPackets: 3, Priority: -1, Func: func(c *Context) Verdict {
		b := c.B
		// Voice: "IP discovery" of Discord's developer documentation: type 1 or 2,
		// length 70; and the client's pings.
		if len(b) == 8 && be32(b) == 0x1337cafe || len(b) == 74 && (be32(b) == 0x00010046 && c.N() == 1 || be32(b) == 0x00020046 && c.N() == 2) {
			if len(b) == 74 && b[1] == 1 && c.N() == 1 {
				return More
			}
			return c.Found(idDiscord)
		}
		return No
	}})
}
