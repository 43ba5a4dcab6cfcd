package dpi

// Automatic tank gauges: Veeder-Root TLS function codes: SOH, a letter, digits.

func init() {
	signature(Dissector{ID: idAtg, Name: "ATG", L4: TCP, Ports: []uint16{10001}, Min: 8, First: "\x01", OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return (b[1]|0x20 == 'i' || b[1]|0x20 == 's') && digits(b[2:6]) // tank gauges, Veeder-Root function codes
	})
}
