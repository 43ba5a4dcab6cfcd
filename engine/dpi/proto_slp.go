package dpi

// SLP: RFC 2608 and RFC 2165, header.

func init() {
	signature(Dissector{ID: idServiceLocation, Name: "Service_Location_Protocol", L4: TCP | UDP, Ports: []uint16{427}, OnlyPorts: true, Min: 14}, func(_ *Context, b []byte) bool {
		return b[0] == 2 && b[1] >= 1 && b[1] <= 11 && be24(b[2:]) <= len(b) || b[0] == 1 && b[1] <= 10 && be16(b[2:]) <= len(b)
	})
}
