package dpi

// TFTP: RFC 1350, options of RFC 2347.

func init() {
	Register(Dissector{ID: idTftp, Name: "TFTP", L4: UDP, Ports: []uint16{69}, First: "\x00", Min: 4, MaxPackets: 4, Func: dissectTFTP})
}

func dissectTFTP(c *Context) Verdict {
	b, note := c.B, c.Note()
	switch op := be16(b); op {
	case 1, 2: // read, write: file name, mode
		text, mode := zeroString(b[2:])
		if text == "" || !printable([]byte(text)) {
			return No
		}
		m, _ := zeroString(mode)
		switch {
		case hasFold(m, "octet"), hasFold(m, "netascii"), hasFold(m, "mail"):
			return c.Found(idTftp)
		}
	case 3, 4: // data, acknowledgement: blocks of 512, then the block's number
		if op == 4 && len(b) != 4 || len(b) > 4+65464 {
			return No
		}
		if *note == 0 && be16(b[2:]) <= 1 {
			*note = uint64(op)
			return More
		}
		if *note != 0 && *note != uint64(op) && c.NOther() > 0 && be16(b[2:]) <= 2 {
			return c.Found(idTftp)
		}
	case 5:
		if len(b) >= 5 && b[2] == 0 && b[3] <= 8 && b[len(b)-1] == 0 && printable(b[4:len(b)-1]) {
			return c.Found(idTftp)
		}
	case 6:
		if b[len(b)-1] == 0 && len(b) > 6 {
			*note = 6
			return More
		}
	}
	return No
}

// zeroString cuts a string at its terminating zero byte; "" when there is none.
func zeroString(b []byte) (string, []byte) {
	for i, x := range b {
		if x == 0 {
			return string(b[:i]), b[i+1:]
		}
	}
	return "", nil
}

func hasFold(s, prefix string) bool {
	if len(s) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		if s[i]|0x20 != prefix[i] {
			return false
		}
	}
	return true
}
