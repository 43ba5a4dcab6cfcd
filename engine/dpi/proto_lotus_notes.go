package dpi

// Lotus (HCL) Notes RPC: the opening of a session on port 1352; bytes as nDPI
// 4.11 looks for them.

func init() {
	signature(Dissector{ID: idLotusNotes, Name: "LotusNotes", L4: TCP, Ports: []uint16{1352}, Min: 17}, func(c *Context, b []byte) bool {
		return c.N() == 1 && be64(b[6:]) == 0x000002000040020f
	})
}
