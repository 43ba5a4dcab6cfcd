package dpi

// Genshin Impact: no public description; the constants are those that nDPI 4.11
// looks for.

func init() {
	signature(Dissector{ID: idGenshinImpact, Name: "GenshinImpact", L4: TCP, First: "\x01", Min: 18}, func(_ *Context, b []byte) bool {
		return int(be32(b[1:])) == len(b) && (b[5] == 1 || b[5] == 7) && be16(b[16:]) == 0x4da6
	})
	signature(Dissector{ID: idGenshinImpact, Name: "GenshinImpact", L4: UDP, Min: 20, First: "\x00"}, func(_ *Context, b []byte) bool {
		return be64(b) == 0x000000ff00000000 && be32(b[12:]) == 0x499602d2 && be32(b[16:]) == 0xffffffff
	})
}
