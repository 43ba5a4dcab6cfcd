package dpi

// The Elder Scrolls Online: no public description; the constants are those that
// nDPI 4.11 looks for.

func init() {
	signature(Dissector{ID: idTeso, Name: "TES_Online", L4: TCP, First: "\x00", Min: 600}, func(_ *Context, b []byte) bool {
		return int(be32(b)) == len(b)-4 && (contains(b, "eso.live") || contains(b, "\x8b\x78\x9c\x01"))
	})
}
