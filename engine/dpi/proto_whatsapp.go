package dpi

// WhatsApp's chat connection: the first bytes of its Noise handshake ("ED", a
// routing block, "WA" and a version), in the forms that nDPI
// 4.11 lists.

func init() {
	signature(Dissector{ID: idWhatsapp, Name: "WhatsApp", L4: TCP, First: "EW", Min: 4}, func(_ *Context, b []byte) bool {
		return has(b, "ED\x00\x01\x00\x00\x02\x08") || has(b, "ED\x00\x01\x00\x00\x04\x08") || has(b, "ED\x00\x01") && len(b) == 4 ||
			has(b, "WA") && b[2] <= 7 && b[3] <= 7
	})
}
