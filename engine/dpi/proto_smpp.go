package dpi

// SMPP 3.4, section 3.2: PDU header.

func init() {
	either(Dissector{ID: idSmpp, Name: "SMPP", L4: TCP, Ports: []uint16{2775}, Min: 16, First: "\x00"}, func(_ *Context, b []byte) bool {
		n, id := int(be32(b)), be32(b[4:])&0x7fffffff // SMPP 3.4, section 3.2
		return n >= 16 && n <= len(b) && (id >= 1 && id <= 9 || id == 0x0b || id == 0x15 || id == 0x21 || id == 0x102 || id == 0x103) && be32(b[8:]) <= 0x500 && be32(b[12:]) != 0
	})
}
