package dpi

// AJP 1.3: packet headers 0x1234 and "AB".

func init() {
	signature(Dissector{ID: idAjp, Name: "AJP", L4: TCP, Ports: []uint16{8009}, Min: 5, First: "\x12A"}, func(_ *Context, b []byte) bool {
		return b[0] == 0x12 && b[1] == 0x34 && be16(b[2:])+4 <= len(b)+8192 && (b[4] == 2 || b[4] >= 7 && b[4] <= 10) || has(b, "AB") && b[4] >= 3 && b[4] <= 9 && be16(b[2:]) > 0 && be16(b[2:]) <= 8192
	})
}
