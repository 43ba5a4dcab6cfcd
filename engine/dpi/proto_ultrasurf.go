package dpi

// UltraSurf: no public description; the constants are those that nDPI 4.11
// looks for.

func init() {
	signature(Dissector{ID: idUltrasurf, Name: "UltraSurf", L4: TCP, First: "\xcc", Min: 8}, func(_ *Context, b []byte) bool {
		return be64(b) == 0xcc1c30415ba43866
	})
}
