package dpi

// CAN frames in UDP: the text "ISO11898" and a version, the opening that nDPI
// 4.11 looks for.

func init() {
	signature(Dissector{ID: idCan, Name: "Controller_Area_Network", L4: UDP, First: "I", Min: 11}, func(_ *Context, b []byte) bool {
		return has(b, "ISO11898\x01")
	})
}
