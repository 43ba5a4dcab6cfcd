package dpi

// FINS: Omron W342, command header, and the FINS/TCP header of W421.

func init() {
	signature(Dissector{ID: idFins, Name: "FINS", L4: TCP | UDP, Ports: []uint16{9600}, Min: 12, OnlyPorts: true}, func(c *Context, b []byte) bool {
		return has(b, "FINS") || b[0]&0x80 != 0 && b[1] == 0 && b[2] <= 7
	})
}
