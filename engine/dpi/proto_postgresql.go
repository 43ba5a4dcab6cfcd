package dpi

// PostgreSQL: "Frontend/Backend Protocol".

func init() {
	Register(Dissector{ID: idPostgres, Name: "PostgreSQL", L4: TCP, Ports: []uint16{5432}, Min: 1, MaxPackets: 4, First: "\x00RSN", Func: dissectPostgres})
}

func dissectPostgres(c *Context) Verdict {
	b, note := c.B, c.Note()
	if *note == 0 {
		if c.NOther() != 0 || len(b) < 8 || int(be32(b)) != len(b) {
			return No
		}
		switch code := be32(b[4:]); {
		case code == 80877103 || code == 80877104: // SSLRequest, GSSENCRequest
			*note = 1
			return More
		case code == 80877102 && len(b) == 16: // CancelRequest
			return c.Found(idPostgres)
		case code>>16 == 3 && len(b) > 9 && b[len(b)-1] == 0: // StartupMessage, version 3
			*note = 2
			if contains(b, "user\x00") {
				return c.Found(idPostgres)
			}
			return More
		}
		return No
	}
	if *note == 1 && len(b) == 1 && (b[0] == 'S' || b[0] == 'N' || b[0] == 'G') {
		return c.Found(idPostgres)
	}
	if *note == 2 && (b[0] == 'R' || b[0] == 'E') && len(b) > 8 {
		return c.Found(idPostgres)
	}
	return No
}
