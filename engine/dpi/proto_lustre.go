package dpi

// Lustre: magic numbers of LNet; as nDPI 4.11 looks for them.

func init() {
	signature(Dissector{ID: idLustre, Name: "Lustre", L4: TCP, Ports: []uint16{988}, Min: 16}, func(c *Context, b []byte) bool {
		return le32(b) == 0x45726963 || le32(b) == 0xacce7100
	})
}
