package dpi

// SCCP (Skinny): little-endian length, header version, message id; ranges as
// nDPI 4.11 looks for them.

func init() {
	signature(Dissector{ID: idSkinny, Name: "CiscoSkinny", L4: TCP, Ports: []uint16{2000}, Min: 12, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		version, id := le32(b[4:]), le32(b[8:])
		return int(le32(b))+8 <= len(b) && version <= 0x16 && (id <= 0x160 || id == 0x8000)
	})
}
