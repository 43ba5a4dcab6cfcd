package dpi

// Gaijin Entertainment: no public description; the constants are those that
// nDPI 4.11 looks for.

func init() {
	signature(Dissector{ID: idGaijin, Name: "GaijinEntertainment", L4: TCP | UDP, First: "ea", Min: 101}, func(_ *Context, b []byte) bool {
		return has(b, "embeddedupdater.") || has(b, "app.start") || has(b, "app.stage")
	})
	signature(Dissector{ID: idGaijin, Name: "GaijinEntertainment", L4: UDP, Min: 8, First: "\x8f"}, func(_ *Context, b []byte) bool {
		return be16(b) == 0x8fff && b[2] == 0 && be32(b[4:]) == 0x82ff0001
	})
}
