package dpi

// rsh: the protocol of 4.2BSD's rshd manual page.

func init() {
	Register(Dissector{ID: idRsh, Name: "RSH", L4: TCP, Ports: []uint16{514}, OnlyPorts: true, Min: 2, MaxPackets: 3, Func: func(c *Context) Verdict {
		b, note := c.B, c.Note() // 4.2BSD rshd: a port in decimal, then two users and a command, each ended by zero
		if *note == 0 {
			if text, rest := zeroString(b[:min(len(b), 8)]); rest != nil && (text == "" || digits([]byte(text))) {
				*note = 1
				return More
			}
			return No
		}
		local, rest := zeroString(b)
		remote, command := zeroString(rest)
		if local != "" && remote != "" && len(command) > 1 && printable([]byte(local+remote)) {
			c.Risk(riskClearTextCredentials)
			return c.Found(idRsh)
		}
		return No
	}})
}
