package dpi

// BGP: RFC 4271, section 4.1.

func init() {
	signature(Dissector{ID: idBgp, Name: "BGP", L4: TCP, Ports: []uint16{179}, Min: 19, First: "\xff"}, func(_ *Context, b []byte) bool {
		return be64(b) == 1<<64-1 && be64(b[8:]) == 1<<64-1 && be16(b[16:]) >= 19 && be16(b[16:]) <= 4096 && b[18] >= 1 && b[18] <= 5
	})
}
