package dpi

// Megaco/H.248: RFC 3525, text encoding.

func init() {
	signature(Dissector{ID: idMegaco, Name: "Megaco", L4: UDP, Ports: []uint16{2944}, Min: 5, First: "!M"}, func(_ *Context, b []byte) bool {
		return has(b, "!/1 ") || has(b, "!/2 ") || has(b, "!/3 ") || has(b, "MEGACO/") // RFC 3525
	})
}
