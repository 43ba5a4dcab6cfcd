package dpi

// OpenFlow: 1.5.1, section 7.1: version, type, length.

func init() {
	signature(Dissector{ID: idOpenflow, Name: "OpenFlow", L4: TCP, First: "\x06", Min: 8, Priority: 4}, func(_ *Context, b []byte) bool {
		return b[1] < 36 && be16(b[2:]) == len(b)
	})
	signature(Dissector{ID: idOpenflow, Name: "OpenFlow", L4: TCP, Ports: []uint16{6633, 6653}, Min: 8, First: "\x01\x04\x05\x06", OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[1] < 36 && be16(b[2:]) <= len(b) && be16(b[2:]) >= 8
	})
}
