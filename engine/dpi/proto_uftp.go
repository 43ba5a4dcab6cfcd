package dpi

// UFTP: protocol document, versions 4 and 5: header of 16 bytes, then a message
// header.

func init() {
	signature(Dissector{ID: idUftp, Name: "UFTP", L4: UDP, Ports: []uint16{1044}, Min: 24, First: "\x40\x50"}, func(_ *Context, b []byte) bool {
		return b[1] < 22 && b[15] == 0 && b[16] == b[1]
	})
}
