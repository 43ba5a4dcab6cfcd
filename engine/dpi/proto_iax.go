package dpi

// IAX2: RFC 5456, full frames.

func init() {
	signature(Dissector{ID: idIax, Name: "IAX", L4: UDP, Ports: []uint16{4569}, Min: 12, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[0]&0x80 != 0 && b[10] >= 1 && b[10] <= 10 // RFC 5456, full frame
	})
}
