package dpi

// Guild Wars: no public description; the constants are those that nDPI 4.11
// looks for.

func init() {
	signature(Dissector{ID: idGuildwars, Name: "Guildwars", L4: TCP, Min: 16}, func(_ *Context, b []byte) bool {
		switch len(b) {
		case 64:
			return be16(b[1:]) == 0x050c && hasAt(b, 50, "@2&P")
		case 16:
			return be16(b[1:]) == 0x040c && be16(b[4:]) == 0xa672 && b[8] == 1 && b[12] == 4
		case 21:
			return be16(b) == 0x0100 && be32(b[5:]) == 0xf1001000 && b[9] == 1
		}
		return false
	})
}
