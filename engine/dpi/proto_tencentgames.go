package dpi

// Tencent Games: no public description; the constants are those that nDPI 4.11
// looks for.

func init() {
	signature(Dissector{ID: idTencentgames, Name: "TencentGames", L4: TCP, Min: 51}, func(_ *Context, b []byte) bool {
		return be32(b) == 0x3366000b && be16(b[4:]) == 0x0b || be32(b) == 0x4366aa00 && be32(b[12:]) == 0x10e68601 ||
			be32(b) == 0xaa000000 && be32(b[10:]) == 0x10e68601 || be16(b) == 0 && be16(b[2:]) == len(b)-4 && be16(b[4:]) == 0x7801 ||
			be32(b) == 0x4215f787 && be16(b[6:]) == 0
	})
}
