package dpi

// BFD: RFC 5880, section 4.1, RFC 5881.

func init() {
	signature(Dissector{ID: idBfd, Name: "BFD", L4: UDP, Ports: []uint16{3784, 4784}, Min: 24, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[0]>>5 == 1 && b[0]&0x1f <= 9 && b[3] >= 24 && int(b[3]) == len(b)
	})
}
