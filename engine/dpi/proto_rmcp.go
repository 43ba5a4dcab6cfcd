package dpi

// RMCP: IPMI 2.0, section 13.1.3.

func init() {
	signature(Dissector{ID: idRmcp, Name: "RMCP", L4: UDP, First: "\x06", Min: 8, Priority: 4}, func(_ *Context, b []byte) bool {
		return b[1] == 0 && (b[3] == 6 || b[3] == 7 || b[3]&0x7f == 6 && b[2] != 0xff)
	})
	signature(Dissector{ID: idRmcp, Name: "RMCP", L4: UDP, Ports: []uint16{623}, OnlyPorts: true, Min: 4}, func(_ *Context, b []byte) bool {
		return b[0] == 6 && b[1] == 0 && b[3]&0x1f >= 6 && b[3]&0x1f <= 8
	})
}
