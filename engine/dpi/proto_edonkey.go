package dpi

// eDonkey and eMule: "The eMule Protocol Specification" (Kulbak, Bickson),
// section 6: a protocol byte (0xE3, 0xC5, or 0xD4 for packed), then a little-
// endian length.

func init() {
	signature(Dissector{ID: idEdonkey, Name: "eDonkey", L4: TCP, Ports: []uint16{4662, 4661}, First: "\xe3\xc5\xd4", Min: 6}, func(_ *Context, b []byte) bool {
		return uint64(le32(b[1:]))+5 == uint64(len(b))
	})
}
