package dpi

// CoAP: RFC 7252, section 3: version 1, a token of at most 8 bytes, codes of
// section 12.1.

func init() {
	signature(Dissector{ID: idCoap, Name: "COAP", L4: UDP, Ports: coapPorts, Min: 4, Priority: 5, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[0]>>6 == 1 && b[0]&15 <= 8 && (b[1]>>5 <= 5 && b[1]>>5 != 1 && b[1]>>5 != 3) && b[1]&0x1f <= 15
	})
}

// coapPorts are the default ports, and those that 6LoWPAN compresses (RFC 7252,
// 12.8).
var coapPorts = func() (ports []uint16) {
	ports = []uint16{5683, 5684}
	for p := uint16(61616); p <= 61631; p++ {
		ports = append(ports, p)
	}
	return ports
}()
