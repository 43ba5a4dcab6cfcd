package dpi

// Tailscale: its disco messages open with "TS" and a character.

func init() {
	signature(Dissector{ID: idTailscale, Name: "Tailscale", L4: UDP, Ports: []uint16{41641}, Min: 7, First: "T"}, func(_ *Context, b []byte) bool {
		return has(b, "TS\xf0\x9f\x92\xac") // disco messages
	})
}
