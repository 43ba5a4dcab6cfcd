package dpi

// BGP: RFC 4271, message header. LDP: RFC 5036. BFD: RFC 5880. HSRP: RFC 2281.
// VXLAN: RFC 7348. LISP: RFC 9301.

func init() {
	signature(Dissector{ID: idBgp, Name: "BGP", L4: TCP, Ports: []uint16{179}, Min: 19, First: "\xff"}, func(_ *Context, b []byte) bool {
		return be64(b) == 1<<64-1 && be64(b[8:]) == 1<<64-1 && be16(b[16:]) >= 19 && be16(b[16:]) <= 4096 && b[18] >= 1 && b[18] <= 5
	})
	signature(Dissector{ID: idLdp, Name: "LDP", L4: TCP | UDP, Ports: []uint16{646}, Min: 10, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return be16(b) == 1 && be16(b[2:])+4 <= len(b) && be16(b[2:]) >= 6
	})
	signature(Dissector{ID: idBfd, Name: "BFD", L4: UDP, Ports: []uint16{3784, 4784}, Min: 24, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[0]>>5 == 1 && b[0]&0x1f <= 9 && b[3] >= 24 && int(b[3]) == len(b)
	})
	signature(Dissector{ID: idHsrp, Name: "HSRP", L4: UDP, Ports: []uint16{1985, 2029}, Min: 14, OnlyPorts: true}, func(c *Context, b []byte) bool {
		return b[0] == 0 && b[1] <= 3 && b[2] <= 16 || b[0] == 1 && b[1] >= 28 || b[0] == 2
	})
	signature(Dissector{ID: idVxlan, Name: "VXLAN", L4: UDP, Ports: []uint16{4789}, Min: 8, OnlyPorts: true}, func(c *Context, b []byte) bool {
		return b[0]&^0x08 == 0 && b[7] == 0 && b[0] == 8
	})
	signature(Dissector{ID: idLisp, Name: "LISP", L4: UDP, Ports: []uint16{4341, 4342}, OnlyPorts: true, Min: 8}, func(c *Context, _ []byte) bool {
		return c.T.CliPort == c.T.SrvPort || c.Port(4342)
	})
	// Reliable transport of map registrations: messages end in 0x9facade9
	// (draft-ietf-lisp-map-server-reliable-transport).
	signature(Dissector{ID: idLisp, Name: "LISP", L4: TCP, Ports: []uint16{4342}, OnlyPorts: true, Min: 8}, func(_ *Context, b []byte) bool {
		return be32(b[len(b)-4:]) == 0x9facade9
	})
}
