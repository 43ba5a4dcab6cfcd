package dpi

// DLEP: RFC 8175, section 11: signals open with "DLEP", messages with type and
// length.

func init() {
	signature(Dissector{ID: idDlep, Name: "DLEP", L4: TCP | UDP, Ports: []uint16{854}, Min: 9}, func(c *Context, b []byte) bool {
		return has(b, "DLEP") || c.L4 == TCP && c.Port(854) && be16(b) < 0x11 && be16(b[2:]) == len(b)-4
	})
}
