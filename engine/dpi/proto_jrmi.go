package dpi

// Java RMI: "Java Remote Method Invocation wire protocol": "JRMI" and a
// version.

func init() {
	signature(Dissector{ID: idJrmi, Name: "JRMI", L4: TCP, Ports: []uint16{1099}, Min: 6, First: "J"}, func(_ *Context, b []byte) bool {
		return has(b, "JRMI\x00")
	})
}
