package dpi

// Syncthing: Local Discovery Protocol v4.

func init() {
	signature(Dissector{ID: idSyncthing, Name: "Syncthing", L4: UDP, Ports: []uint16{21027}, Min: 5, First: "\x2e"}, func(_ *Context, b []byte) bool {
		return be32(b) == 0x2ea7d90b // Local Discovery Protocol v4
	})
}
