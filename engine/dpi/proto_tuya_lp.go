package dpi

// Tuya: local protocol of its devices; the constants are those that nDPI 4.11
// looks for.

func init() {
	signature(Dissector{ID: idTuyaLp, Name: "TuyaLP", L4: UDP, Ports: []uint16{6666, 6667}, Min: 20, First: "\x00"}, func(_ *Context, b []byte) bool {
		return be32(b) == 0x55aa && be32(b[len(b)-4:]) == 0xaa55
	})
}
