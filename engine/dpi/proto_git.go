package dpi

// Git: "Packfile transfer protocols", git:// transport.

func init() {
	either(Dissector{ID: idGit, Name: "Git", L4: TCP, Ports: []uint16{9418}, Min: 8, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return contains(b[:min(len(b), 24)], "git-")
	})
}
