package dpi

// sFlow version 5 (sflow.org).

func init() {
	signature(Dissector{ID: idSflow, Name: "sFlow", L4: UDP, Ports: []uint16{6343}, Min: 24, First: "\x00", Priority: 2}, func(_ *Context, b []byte) bool {
		return be32(b) == 5 && (be32(b[4:]) == 1 || be32(b[4:]) == 2)
	})
}
