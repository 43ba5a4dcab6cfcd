package dpi

// ZUG: no public description; the constant is the one nDPI 4.11 looks for.

func init() {
	signature(Dissector{ID: idZug, Name: "ZUG", L4: UDP, Min: 5, First: "\x00"}, func(_ *Context, b []byte) bool {
		return has(b, "\x00zUG\x10")
	})
}
