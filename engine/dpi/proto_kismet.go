package dpi

// Kismet: its server's greeting.

func init() {
	signature(Dissector{ID: idKismet, Name: "Kismet", L4: TCP, Ports: []uint16{2501}, Min: 10, First: "*"}, func(_ *Context, b []byte) bool {
		return has(b, "*KISMET:")
	})
}
