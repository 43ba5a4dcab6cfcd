package dpi

// i3D.net's game hosting: no public description; the constants are those that
// nDPI 4.11 looks for.

func init() {
	signature(Dissector{ID: idI3d, Name: "i3D", L4: UDP, Min: 74, Priority: -5}, func(_ *Context, b []byte) bool {
		return (be32(b) == 0x00010046 || be32(b) == 0x00020046) && be32(b[4:]) == 0x0003cfa8 ||
			(be16(b) == 0x9078 || be16(b) == 0x9067) && be32(b[8:]) == 0x0003cfa9 && be32(b[12:]) == 0xbede0003
	})
}
