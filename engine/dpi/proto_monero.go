package dpi

// Monero: the Levin protocol's signature.

func init() {
	Register(Dissector{ID: idMonero, Name: "Monero", L4: TCP, Ports: []uint16{18080}, Min: 8, First: "\x01", MaxPackets: 2, Func: func(c *Context) Verdict {
		if be64(c.B) == 0x0121010101010101 { // Levin protocol
			return c.Found(idMonero)
		}
		return No
	}})
}
