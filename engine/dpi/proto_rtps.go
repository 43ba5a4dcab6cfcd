package dpi

// RTPS: OMG DDSI-RTPS, section 9.4.

func init() {
	signature(Dissector{ID: idRtps, Name: "RTPS", L4: UDP, Min: 16, First: "R"}, func(_ *Context, b []byte) bool {
		return has(b, "RTPS") && b[4] <= 2 // OMG DDSI-RTPS
	})
}
