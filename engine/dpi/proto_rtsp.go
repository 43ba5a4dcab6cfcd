package dpi

// RTSP: RFC 2326, RFC 7826.

func init() {
	either(Dissector{ID: idRtsp, Name: "RTSP", L4: TCP | UDP, Ports: []uint16{554, 8554, 7070}, First: "ADGOPRST", Min: 20, Priority: -9}, func(_ *Context, b []byte) bool {
		line, _ := firstLine(b)
		if has(line, "RTSP/1.0 ") || has(line, "RTSP/2.0 ") {
			return true
		}
		if contains(line, " RTSP/1.0") || contains(line, " rtsp://") {
			return true
		}
		// Tunnelled in HTTP, as QuickTime and its servers do.
		return has(line, "GET ") && contains(b, "x-rtsp-tunnelled")
	})
	// RTMP: Adobe's specification, section 5.2: C0 is the version, C1 1536 bytes
	// with a time and a zero word.
	Register(Dissector{ID: idRtmp, Name: "RTMP", L4: TCP, Ports: []uint16{1935}, First: "\x03", Min: 9, MaxPackets: 4, Func: func(c *Context) Verdict {
		b, note := c.B, c.Note()
		if c.NDir() == 1 && b[0] == 3 && len(b) >= 1024 {
			if *note == 1 {
				return c.Found(idRtmp)
			}
			*note = 1
			return More
		}
		if *note == 1 && c.NOther() > 0 && c.NDir() == 1 && b[0] == 3 {
			return c.Found(idRtmp)
		}
		return No
	}})
}
