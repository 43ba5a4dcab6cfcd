package dpi

// BJNP, Canon's printer protocol: the constants are those that nDPI 4.11 looks
// for.

func init() {
	signature(Dissector{ID: idBjnp, Name: "BJNP", L4: UDP, Ports: []uint16{8611, 8612}, Min: 5, First: "BM"}, func(_ *Context, b []byte) bool {
		return has(b, "BJNP") || has(b, "BNJB") || has(b, "BJNB") || has(b, "MFNP")
	})
}
