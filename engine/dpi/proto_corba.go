package dpi

// CORBA: GIOP (OMG CORBA 3.4 part 2, 9.4.1), ZIOP, MIOP.

func init() {
	signature(Dissector{ID: idCorba, Name: "Corba", L4: TCP | UDP, Min: 12, First: "GZM"}, func(_ *Context, b []byte) bool {
		return has(b, "GIOP\x01") || has(b, "ZIOP\x01") || has(b, "MIOP\x10") || has(b, "MIOP")
	})
}
