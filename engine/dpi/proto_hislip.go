package dpi

// HiSLIP: IVI-6.1, message header: "HS" and a length.

func init() {
	signature(Dissector{ID: idHislip, Name: "HiSLIP", L4: TCP, Ports: []uint16{4880}, Min: 16, First: "H"}, func(_ *Context, b []byte) bool {
		return has(b, "HS") && be64(b[8:]) == uint64(len(b)-16)
	})
}
