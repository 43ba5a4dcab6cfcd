package dpi

// Redis: RESP protocol specification.

func init() {
	Register(Dissector{ID: idResp, Name: "RESP", L4: TCP, Ports: []uint16{6379}, First: "*+-:$", Min: 4, MaxPackets: 4, Func: dissectRESP})
}

// dissectRESP wants one well-formed element from each side, or an array of bulk
// strings, which is how commands are sent.
func dissectRESP(c *Context) Verdict {
	line, whole := firstLine(c.B)
	if !whole || len(line) < 2 || len(line) > 256 {
		return No
	}
	switch c.B[0] {
	case '*', '$':
		if !digits(line[1:]) && string(line[1:]) != "-1" {
			return No
		}
		if c.B[0] == '*' && hasAt(c.B, len(line)+2, "$") {
			return c.Found(idResp)
		}
	case ':':
		if !digits(line[1:]) {
			return No
		}
	case '+', '-':
		if !printable(line) || !c.Port(6379) {
			return No
		}
	}
	if c.NOther() > 0 || c.Port(6379) {
		return c.Found(idResp)
	}
	return More
}
