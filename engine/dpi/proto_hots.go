package dpi

// Heroes of the Storm: no public description; the constants are those that nDPI
// 4.11 looks for.

func init() {
	signature(Dissector{ID: idHots, Name: "Heroes_of_the_Storm", L4: UDP, Ports: []uint16{1119, 1120, 3724, 6113}, OnlyPorts: true, Min: 20}, func(_ *Context, b []byte) bool {
		if len(b) > 122 || be16(b[14:]) != 0x4000 {
			return false
		}
		return be16(b[2:]) == 0x0300 || be16(b[2:]) == 0x3400 || be64(b)|be64(b[6:]) == 0
	})
}
