package dpi

// Spotify's local discovery, sent to the broadcast address on its own port.

func init() {
	signature(Dissector{ID: idSpotify, Name: "Spotify", L4: UDP, Ports: []uint16{57621}, First: "S", Min: 8, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return has(b, "SpotUdp")
	})
	// The client's TCP connection to its access points opens with 0 4, a length, and a protobuf hello.
	signature(Dissector{ID: idSpotify, Name: "Spotify", L4: TCP, First: "\x00", Min: 10}, func(_ *Context, b []byte) bool {
		return b[1] == 4 && be32(b[2:]) == uint32(len(b)) && b[6] == 0x52 && (b[7] == 0x0e || b[7] == 0x0f) && b[8] == 0x50
	})
}
