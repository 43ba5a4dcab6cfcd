package dpi

// CryEngine's network layer: no public description; the constants are those
// that nDPI 4.11 looks for.

func init() {
	signature(Dissector{ID: idCrynet, Name: "CryNetwork", L4: UDP, Min: 26, First: "\x3c"}, func(_ *Context, b []byte) bool {
		return len(b) == int(b[0])+10 && b[16] == 1 && b[20] == 7 && be16(b[24:]) == 0x0307
	})
}
