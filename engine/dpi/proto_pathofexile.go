package dpi

// Path of Exile: no public description; the constants are those that nDPI 4.11
// looks for.

func init() {
	signature(Dissector{ID: idPathofexile, Name: "PathofExile", L4: TCP, Ports: []uint16{6112}, Min: 26, First: "\x00"}, func(_ *Context, b []byte) bool {
		return len(b) < 50 && be16(b[1:]) == 0x0300 && b[6] == 0 && be16(b[7:]) == 0x0200 && be64(b[len(b)-8:]) == 0x40000001
	})
}
