package dpi

// AFP: the DSI header of Apple's "AppleTalk Filing Protocol", 16 bytes.

func init() {
	signature(Dissector{ID: idAfp, Name: "AFP", L4: TCP, Ports: []uint16{548}, Min: 16, First: "\x00\x01", OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[0] <= 1 && (b[1] >= 1 && b[1] <= 8) && be32(b[12:]) == 0 && int(be32(b[8:]))+16 <= len(b)
	})
}
