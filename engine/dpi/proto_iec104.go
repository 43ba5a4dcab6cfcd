package dpi

// IEC 60870-5-104: APCI: 0x68 and a length.

func init() {
	either(Dissector{ID: idIec60870, Name: "IEC60870", L4: TCP, Ports: []uint16{2404}, Min: 6, First: "\x68", OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[1] >= 4 && int(b[1])+2 <= len(b)
	})
}
