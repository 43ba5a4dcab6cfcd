package dpi

// SLP: RFC 2608 and RFC 2165, header.

func init() {
	// On any port a header whose length is that of the whole.
	signature(Dissector{ID: idServiceLocation, Name: "Service_Location_Protocol", L4: TCP | UDP, First: "\x01\x02", Min: 14, Priority: 5}, func(_ *Context, b []byte) bool {
		if b[0] == 1 {
			return b[1] >= 1 && b[1] <= 10 && be16(b[2:]) == len(b) && be16(b[8:]) < 256
		}
		n := be16(b[12:]) // language tag
		return b[1] >= 1 && b[1] <= 11 && be24(b[2:]) == len(b) && b[5]&0x1f == 0 && n >= 2 && n <= 8 && 14+n <= len(b) && printable(b[14:14+n])
	})
	signature(Dissector{ID: idServiceLocation, Name: "Service_Location_Protocol", L4: TCP | UDP, Ports: []uint16{427}, OnlyPorts: true, Min: 14}, func(_ *Context, b []byte) bool {
		return b[0] == 2 && b[1] >= 1 && b[1] <= 11 && be24(b[2:]) <= len(b) || b[0] == 1 && b[1] <= 10 && be16(b[2:]) <= len(b)
	})
}
