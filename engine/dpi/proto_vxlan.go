package dpi

// VXLAN: RFC 7348, section 5.

func init() {
	signature(Dissector{ID: idVxlan, Name: "VXLAN", L4: UDP, Ports: []uint16{4789}, Min: 8, OnlyPorts: true}, func(c *Context, b []byte) bool {
		return b[0]&^0x08 == 0 && b[7] == 0 && b[0] == 8
	})
}
