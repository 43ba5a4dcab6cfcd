package dpi

// MySQL: internals manual, protocol handshake version 10.

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
}
