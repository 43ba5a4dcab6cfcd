package dpi

// ICA and CGP: Citrix' banners as its documentation of the ports shows them.

func init() {
	signature(Dissector{ID: idCitrix, Name: "Citrix", L4: TCP, Ports: []uint16{1494, 2598}, Min: 6, First: "\x7f\x1a"}, func(_ *Context, b []byte) bool {
		return has(b, "\x7f\x7fICA\x00") || has(b, "\x1aCGP/01")
	})
}
