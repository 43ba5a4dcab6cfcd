package dpi

// RIPE Atlas: the payload of its measurements.

func init() {
	signature(Dissector{ID: idRipeAtlas, Name: "RipeAtlas", L4: UDP, Min: 25, First: "M"}, func(_ *Context, b []byte) bool {
		return len(b) == 25 && has(b, "MGLNDD") // its traceroute and ping payload
	})
}
