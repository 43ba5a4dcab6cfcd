package dpi

// MySQL: "MySQL internals manual", protocol handshake version 10. PostgreSQL:
// "Frontend/Backend Protocol". TDS: [MS-TDS] 2.2.3. Oracle: TNS packet header.

func init() {
	Register(Dissector{ID: idMysql, Name: "MySQL", L4: TCP, Ports: []uint16{3306}, Min: 30, MaxPackets: 4, Func: func(c *Context) Verdict {
		b := c.B
		n := int(b[0]) | int(b[1])<<8 | int(b[2])<<16
		if n+4 > len(b) || b[3] != 0 || b[4] != 10 && b[4] != 9 || b[5] < '3' || b[5] > '9' && b[5] != '1' {
			return No
		}
		version, rest := zeroString(b[5:min(len(b), 5+64)])
		if version == "" || !printable([]byte(version)) || rest == nil || !contains([]byte(version), ".") {
			return No
		}
		return c.Found(idMysql)
	}})
	Register(Dissector{ID: idPostgres, Name: "PostgreSQL", L4: TCP, Ports: []uint16{5432}, Min: 1, MaxPackets: 4, First: "\x00RSN", Func: dissectPostgres})
	signature(Dissector{ID: idMssqlTds, Name: "MsSQL-TDS", L4: TCP, Ports: []uint16{1433}, Min: 8, First: "\x01\x02\x03\x04\x06\x07\x0e\x10\x11\x12"}, func(c *Context, b []byte) bool {
		if be16(b[2:]) != len(b) || b[1] > 1 || b[7] != 0 {
			return false
		}
		return b[0] == 0x12 && len(b) > 20 && b[8] <= 6 || b[0] == 0x10 && len(b) > 90 || c.Port(1433)
	})
	signature(Dissector{ID: idOracle, Name: "Oracle", L4: TCP, Ports: []uint16{1521}, Min: 10, First: "\x00\x01"}, func(_ *Context, b []byte) bool {
		// Length, checksum 0, type 1 is CONNECT: version, compatible version, then "(DESCRIPTION".
		return be16(b) == len(b) && be16(b[2:]) == 0 && b[4] == 1 && contains(b, "(CONNECT_DATA") || len(b) > 80 && b[4] == 1 && contains(b, "(DESCRIPTION=")
	})
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
