package dpi

// FINS: Omron W342, command header, and the FINS/TCP header of W421.

func init() {
	// On any port: the magic word, or a command header with the fields' only
	// allowed values.
	signature(Dissector{ID: idFins, Name: "FINS", L4: TCP, First: "F", Min: 20}, func(_ *Context, b []byte) bool { return has(b, "FINS") })
	signature(Dissector{ID: idFins, Name: "FINS", L4: UDP, First: "\x80\xc0\xc1", Min: 12, Priority: 4}, func(_ *Context, b []byte) bool {
		return b[1] == 0 && b[2] == 2 && b[3] < 0x80 && b[6] < 0x80 && finsUnit(b[5]) && finsUnit(b[8])
	})
	signature(Dissector{ID: idFins, Name: "FINS", L4: TCP | UDP, Ports: []uint16{9600}, Min: 12, OnlyPorts: true}, func(c *Context, b []byte) bool {
		return has(b, "FINS") || b[0]&0x80 != 0 && b[1] == 0 && b[2] <= 7
	})
}

// finsUnit reports a unit address: the processor, a board, or a controller link.
func finsUnit(x byte) bool { return x == 0 || x == 0xfe || x == 0xe1 || x >= 0x10 && x <= 0x1f }
