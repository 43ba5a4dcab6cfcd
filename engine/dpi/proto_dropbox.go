package dpi

// Dropbox: LAN sync announcements, JSON on port 17500.

func init() {
	signature(Dissector{ID: idDropbox, Name: "Dropbox", L4: UDP, Ports: []uint16{17500}, Min: 10, First: "{", OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return contains(b, `"host_int"`) // LAN sync announcements
	})
}
