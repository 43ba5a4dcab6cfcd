package dpi

// HSRP: RFC 2281; version 2 in TLV form.

func init() {
	signature(Dissector{ID: idHsrp, Name: "HSRP", L4: UDP, Ports: []uint16{1985, 2029}, Min: 14, OnlyPorts: true}, func(c *Context, b []byte) bool {
		return b[0] == 0 && b[1] <= 3 && b[2] <= 16 || b[0] == 1 && b[1] >= 28 || b[0] == 2
	})
}
