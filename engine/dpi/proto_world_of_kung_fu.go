package dpi

// World of Kung Fu: no public description; the constants are those that nDPI
// 4.11 looks for.

func init() {
	signature(Dissector{ID: idWorldOfKungFu, Name: "WorldOfKungFu", L4: TCP, First: "\x0c", Min: 16}, func(_ *Context, b []byte) bool {
		return len(b) == 16 && be64(b) == 0x0c000000d2000c00 && b[9] == 0x16 && be16(b[10:]) == 0 && be16(b[14:]) == 0
	})
}
