package dpi

// Gearman: PROTOCOL document: \0REQ or \0RES, type, size.

func init() {
	signature(Dissector{ID: idGearman, Name: "Gearman", L4: TCP, Ports: []uint16{4730}, Min: 12, First: "\x00"}, func(_ *Context, b []byte) bool {
		return (hasAt(b, 1, "REQ") || hasAt(b, 1, "RES")) && be32(b[4:]) <= 64 && be32(b[4:]) > 0
	})
}
