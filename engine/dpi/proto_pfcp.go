package dpi

// PFCP: 3GPP TS 29.244, section 7.2.2.

func init() {
	signature(Dissector{ID: idPfcp, Name: "PFCP", L4: UDP, Ports: []uint16{8805}, OnlyPorts: true, Min: 8}, func(_ *Context, b []byte) bool { // 3GPP TS 29.244
		return b[0]>>5 == 1 && be16(b[2:])+4 == len(b)
	})
}
