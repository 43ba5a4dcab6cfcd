package dpi

// DRDA: Open Group DDM: DSS header with magic 0xD0.

func init() {
	signature(Dissector{ID: idDrda, Name: "DRDA", L4: TCP, Ports: []uint16{50000, 446}, Min: 10}, func(_ *Context, b []byte) bool {
		return b[2] == 0xd0 && be16(b) >= be16(b[6:])+6 && be16(b) == be16(b[6:])+6 && be16(b) <= len(b)
	})
}
