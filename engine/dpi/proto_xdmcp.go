package dpi

// XDMCP: X.Org's "X Display Manager Control Protocol".

func init() {
	signature(Dissector{ID: idXdmcp, Name: "XDMCP", L4: UDP, Ports: []uint16{177}, OnlyPorts: true, Min: 6}, func(_ *Context, b []byte) bool {
		return be16(b) == 1 && be16(b[2:]) >= 1 && be16(b[2:]) <= 14 && be16(b[4:])+6 == len(b)
	})
}
