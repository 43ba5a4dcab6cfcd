package dpi

// FLUTE: RFC 6726 over ALC/LCT (RFC 5651, 5.1): version 1, header length in
// words; the first object is an XML file delivery table.

func init() {
	signature(Dissector{ID: idFlute, Name: "FLUTE", L4: UDP, First: "\x10", Min: 251}, func(_ *Context, b []byte) bool {
		head := 4 * int(b[2])
		return head+4 < len(b) && has(b[head+4:], "<?xml") && contains(b[head+4:min(len(b), head+128)], "<FDT")
	})
}
