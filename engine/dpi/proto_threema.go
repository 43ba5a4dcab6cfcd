package dpi

// Threema: the chat protocol of its cryptography whitepaper.

func init() {
	Register(Dissector{ID: idThreema, Name: "Threema", L4: TCP, Ports: []uint16{5222, 443}, OnlyPorts: true, Min: 2, MaxPackets: 6, Func: func(c *Context) Verdict {
		// The handshake of its cryptography whitepaper: client hello 48, server
		// hello 80, login 191 bytes; an acknowledgement; then frames with a length in front.
		want := []int{0, 48, 80, 191}
		switch n := c.N(); {
		case n <= 3 && len(c.B) == want[n]:
			return More
		case n == 4:
			return More
		case n > 4 && le16(c.B)+2 == len(c.B):
			return c.Found(idThreema)
		}
		return No
	}})
}
