package dpi

// OpenWire: ActiveMQ's WireFormatInfo command.

func init() {
	signature(Dissector{ID: idOpenwire, Name: "OpenWire", L4: TCP, Ports: []uint16{61616}, Min: 14, First: "\x00"}, func(_ *Context, b []byte) bool {
		return b[4] == 1 && hasAt(b, 5, "ActiveMQ")
	})
}
