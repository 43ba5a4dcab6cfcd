package dpi

// ANSI C12.22: an ACSE application element (0x60) with the called AP title
// (0xA2).

func init() {
	signature(Dissector{ID: idC1222, Name: "ANSI_C1222", L4: TCP | UDP, Ports: []uint16{1153}, Min: 50, First: "\x60"}, func(_ *Context, b []byte) bool {
		return byte(len(b)-2) == b[1] && b[2] == 0xa2 && b[4] == 0x06
	})
}
