package dpi

// TeamViewer: no public description; the constants are those that nDPI 4.11
// looks for.

func init() {
	signature(Dissector{ID: idTeamviewer, Name: "TeamViewer", L4: TCP, Ports: []uint16{5938}, OnlyPorts: true, Min: 4}, func(_ *Context, b []byte) bool {
		return b[0] == 0x17 && b[1] == 0x24 || b[0] == 0x11 && b[1] == 0x30
	})
	Register(Dissector{ID: idTeamviewer, Name: "TeamViewer", L4: UDP, Ports: []uint16{5938}, First: "\x00", Min: 14, MaxPackets: 6, Func: func(c *Context) Verdict {
		if c.B[11] != 0x17 || c.B[12] != 0x24 {
			return No
		}
		if c.N() > 1 || c.Port(5938) {
			return c.Found(idTeamviewer)
		}
		return More
	}})
}
