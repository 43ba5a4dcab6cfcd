package dpi

// H.225.0 call signalling: TPKT (RFC 1006) and Q.931.

func init() {
	signature(Dissector{ID: idH323, Name: "H323", L4: TCP, Ports: []uint16{1720}, Min: 9, First: "\x03", Priority: 1}, func(_ *Context, b []byte) bool {
		return be16(b) == 0x0300 && be16(b[2:]) <= len(b) && b[4] == 8 && b[5] == 2 // TPKT, Q.931 with a two byte call reference
	})
}
