package dpi

// RFB: RFC 6143, section 7.1.1.

func init() {
	either(Dissector{ID: idVnc, Name: "VNC", L4: TCP, Ports: []uint16{5900, 5901, 5800}, First: "R", Min: 12}, func(_ *Context, b []byte) bool {
		return has(b, "RFB 00") && len(b) == 12 && b[7] == '.' && b[11] == '\n'
	})
}
