package dpi

// Ceph: "Messenger" documentation: a banner that names a version.

func init() {
	signature(Dissector{ID: idCeph, Name: "Ceph", L4: TCP, Ports: []uint16{3300, 6789}, Min: 7, First: "c"}, func(_ *Context, b []byte) bool {
		return has(b, "ceph v")
	})
}
