package dpi

// Among Us: no public description; the constant is the one nDPI 4.11 looks for.

func init() {
	signature(Dissector{ID: idAmongUs, Name: "AmongUs", L4: UDP, Min: 10, First: "\x08"}, func(_ *Context, b []byte) bool {
		return be64(b) == 0x0800010080d90203
	})
}
