package dpi

// LISP: RFC 9300, RFC 9301, and its reliable transport.

func init() {
	signature(Dissector{ID: idLisp, Name: "LISP", L4: UDP, Ports: []uint16{4341, 4342}, OnlyPorts: true, Min: 8}, func(c *Context, _ []byte) bool {
		return c.T.CliPort == c.T.SrvPort || c.Port(4342)
	})
	// Reliable transport of map registrations: messages end in 0x9facade9
	// (draft-ietf-lisp-map-server-reliable-transport).
	signature(Dissector{ID: idLisp, Name: "LISP", L4: TCP, Ports: []uint16{4342}, OnlyPorts: true, Min: 8}, func(_ *Context, b []byte) bool {
		return be32(b[len(b)-4:]) == 0x9facade9
	})
}
