package dpi

// WS-Discovery: OASIS WS-Discovery 1.1: SOAP on port 3702.

func init() {
	signature(Dissector{ID: idWsd, Name: "WSD", L4: UDP, Ports: []uint16{3702}, OnlyPorts: true, Min: 40, First: "<"}, func(_ *Context, b []byte) bool {
		return has(b, "<?xml") || has(b, "<soap")
	})
}
