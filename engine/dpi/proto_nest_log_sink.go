package dpi

// Nest's log sink: no public description; the constants are those that nDPI
// 4.11 looks for.

func init() {
	signature(Dissector{ID: idNestLogSink, Name: "NestLogSink", L4: TCP, Ports: []uint16{11095}, OnlyPorts: true, Min: 8}, func(_ *Context, b []byte) bool {
		return b[1] <= 2 && (b[2] == 0 || b[2] == 0x10) && b[3] == 0x13
	})
}
