package dpi

// OICQ (QQ): no public description; version, command and the closing 0x03 are
// those that nDPI 4.11 looks for.

func init() {
	signature(Dissector{ID: idOicq, Name: "OICQ", L4: UDP, Ports: []uint16{8000}, First: "\x02", Min: 11}, func(_ *Context, b []byte) bool {
		version, command := be16(b[1:]), be16(b[3:])
		return b[len(b)-1] == 3 && version != 0 && (command >= 1 && command <= 0xb5 || command >= 0x3f7 && command <= 0x3f9)
	})
}
