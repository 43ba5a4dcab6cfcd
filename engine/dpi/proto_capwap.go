package dpi

// CAPWAP: RFC 5415, preamble.

func init() {
	signature(Dissector{ID: idCapwap, Name: "CAPWAP", L4: UDP, Ports: []uint16{5246, 5247}, OnlyPorts: true, Min: 8}, func(_ *Context, b []byte) bool {
		return b[0] == 0 || b[0] == 1
	})
}
