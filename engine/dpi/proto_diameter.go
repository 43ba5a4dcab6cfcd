package dpi

// Diameter: RFC 6733, section 3.

func init() {
	signature(Dissector{ID: idDiameter, Name: "Diameter", L4: TCP, Ports: []uint16{3868}, Min: 20, First: "\x01"}, func(_ *Context, b []byte) bool {
		code := be24(b[5:]) // RFC 6733
		return be24(b[1:]) <= len(b) && be24(b[1:]) >= 20 && be24(b[1:])%4 == 0 && b[4]&0x0f == 0 && (code >= 257 && code <= 282 || code >= 300 && code <= 330)
	})
}
