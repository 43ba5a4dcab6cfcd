package dpi

// rsync: the daemon's greeting "@RSYNCD:".

func init() {
	signature(Dissector{ID: idRsync, Name: "RSYNC", L4: TCP, Ports: []uint16{873}, Min: 12, First: "@"}, func(_ *Context, b []byte) bool {
		return has(b, "@RSYNCD:")
	})
}
