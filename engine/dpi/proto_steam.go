package dpi

// Steam: In-Home Streaming discovery and Steam datagrams; the constants are
// those that nDPI 4.11 looks for.

func init() {
	signature(Dissector{ID: idSteam, Name: "Steam", L4: UDP, Ports: []uint16{27036}, Min: 16, First: "\xffV"}, func(_ *Context, b []byte) bool {
		return be32(b) == 0xffffffff && be32(b[4:]) == 0x214c5fa0 || has(b, "VS01") // In-Home Streaming discovery, Steam datagrams
	})
}
