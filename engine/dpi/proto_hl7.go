package dpi

// HL7 version 2 in MLLP framing.

func init() {
	signature(Dissector{ID: idHl7, Name: "HL7", L4: TCP, Ports: []uint16{2575}, Min: 8, First: "\x0b"}, func(_ *Context, b []byte) bool {
		return hasAt(b, 1, "MSH|") || hasAt(b, 1, "FHS|") || hasAt(b, 1, "BHS|") // MLLP framing
	})
}
