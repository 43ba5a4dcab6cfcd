package dpi

// TeamViewer: no public description; the constants are those that nDPI 4.11
// looks for.

func init() {
	// On any port four packets prove it.
	Register(Dissector{ID: idTeamviewer, Name: "TeamViewer", L4: TCP, First: "\x17\x11", Min: 3, MaxPackets: 8, Func: func(c *Context) Verdict {
		b, note := c.B, c.Note()
		if be16(b) == 0x1724 || *note > 0 && be16(b) == 0x1130 {
			*note++
		} else if *note == 0 {
			return No
		}
		if *note == 4 {
			return c.Found(idTeamviewer)
		}
		return More
	}})
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
