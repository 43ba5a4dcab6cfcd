package dpi

// BACnet/IP: ASHRAE 135, annex J: 0x81, a function and the length.

func init() {
	signature(Dissector{ID: idBacnet, Name: "BACnet", L4: UDP, Ports: []uint16{47808}, Min: 4, First: "\x81"}, func(_ *Context, b []byte) bool {
		return b[1] <= 0x0c && be16(b[2:]) == len(b)
	})
}
