package dpi

// EAQ, Brazil's broadband quality meters: as nDPI 4.11 looks for them.

func init() {
	signature(Dissector{ID: idEaq, Name: "EAQ", L4: UDP, Ports: []uint16{6000}, OnlyPorts: true, Min: 16}, func(_ *Context, b []byte) bool {
		return len(b) == 16 && b[0] <= 9 && b[1] <= 9 && b[2] <= 9 && b[3] <= 9 // a counter, one digit a byte
	})
}
