package dpi

// SOCKS 5: RFC 1928. SOCKS 4: "SOCKS: A protocol for TCP proxy across firewalls".

func init() {
	Register(Dissector{ID: idSocks, Name: "SOCKS", L4: TCP, Ports: []uint16{1080}, First: "\x04\x05\x00", Min: 2, Priority: -1, MaxPackets: 4, Func: dissectSOCKS})
}

func dissectSOCKS(c *Context) Verdict {
	b, note := c.B, c.Note()
	switch {
	case c.NDir() == 1 && c.NOther() == 0 && b[0] == 5 && len(b) == 2+int(b[1]) && b[1] >= 1:
		*note = 5
		return More
	case c.NDir() == 1 && c.NOther() == 0 && b[0] == 4 && len(b) >= 9 && b[1] >= 1 && b[1] <= 2 && b[len(b)-1] == 0:
		*note = 4
		return More
	case *note == 5 && len(b) == 2 && b[0] == 5:
		return c.Found(idSocks)
	case *note == 4 && len(b) == 8 && b[0] == 0 && b[1] >= 0x5a && b[1] <= 0x5d:
		return c.Found(idSocks)
	}
	return No
}
