package dpi

// IEC 60870-5-104: APCI: 0x68 and a length.

func init() {
	// On any port: frames that fill the packet, each with a control field.
	either(Dissector{ID: idIec60870, Name: "IEC60870", L4: TCP, First: "\x68", Min: 6, Priority: 3}, func(_ *Context, b []byte) bool {
		for len(b) >= 6 && b[0] == 0x68 && b[1] >= 4 && int(b[1])+2 <= len(b) {
			b = b[int(b[1])+2:]
		}
		return len(b) == 0
	})
	either(Dissector{ID: idIec60870, Name: "IEC60870", L4: TCP, Ports: []uint16{2404}, Min: 6, First: "\x68", OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[1] >= 4 && int(b[1])+2 <= len(b)
	})
}
