package dpi

// NetEase Games: no public description; the constants are those that nDPI 4.11
// looks for.

func init() {
	signature(Dissector{ID: idNeteaseGames, Name: "NetEaseGames", L4: TCP | UDP, Min: 12}, func(_ *Context, b []byte) bool {
		return len(b) == 12 && b[0] == 1 && le16(b[2:]) == 0x1d0 && le32(b[8:]) == 0x01010100 || len(b) >= 30 && be32(b) == 0xb3af8de8 || len(b) > 30 && le32(b) == 0x0c080807
	})
}
