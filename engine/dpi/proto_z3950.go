package dpi

// Z39.50: ISO 23950: PDUs are BER values with context tags from 20 on.

func init() {
	signature(Dissector{ID: idZ3950, Name: "Z3950", L4: TCP, Ports: []uint16{210}, Min: 12, Priority: 4, First: "\xb4\xb5\xb6\xb7"}, func(_ *Context, b []byte) bool {
		_, n, off := berHeader(b, 65535) // ISO 23950: PDUs are context tags 20 and up
		return off > 0 && off+n == len(b) && b[off]&0xc0 == 0x80
	})
}
