package dpi

// PPTP: RFC 2637, section 2: control messages with their magic cookie.

func init() {
	signature(Dissector{ID: idPptp, Name: "PPTP", L4: TCP, Ports: []uint16{1723}, Min: 10}, func(_ *Context, b []byte) bool {
		return be32(b[4:]) == 0x1a2b3c4d && be16(b) <= len(b) && be16(b[2:]) == 1 // RFC 2637
	})
}
