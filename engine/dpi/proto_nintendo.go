package dpi

// Nintendo: PIA, the peer library of its consoles; the constant is the one nDPI
// 4.11 looks for.

func init() {
	signature(Dissector{ID: idNintendo, Name: "Nintendo", L4: UDP, Min: 49, First: "\x32"}, func(_ *Context, b []byte) bool {
		return has(b, "\x32\xab\x98\x64\x02") // PIA, the peer library of its consoles
	})
}
