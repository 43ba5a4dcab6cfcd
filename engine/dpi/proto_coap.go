package dpi

// CoAP: RFC 7252, section 3: version 1, a token of at most 8 bytes, codes of
// section 12.1.

func init() {
	signature(Dissector{ID: idCoap, Name: "COAP", L4: UDP, Ports: []uint16{5683, 5684}, Min: 4, Priority: 5, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[0]>>6 == 1 && b[0]&15 <= 8 && (b[1]>>5 <= 5 && b[1]>>5 != 1 && b[1]>>5 != 3) && b[1]&0x1f <= 15
	})
}
