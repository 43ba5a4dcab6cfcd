package dpi

import "strings"

// NetBIOS over TCP/UDP: RFC 1001 and RFC 1002 (name service 4.2, session
// service 4.3, datagram service 4.4).

func init() {
	Register(Dissector{ID: idNetbios, Name: "NetBIOS", L4: TCP | UDP, Ports: []uint16{137, 138, 139}, OnlyPorts: true, Min: 4, Extra: 3, Func: dissectNetBIOS})
}

func dissectNetBIOS(c *Context) Verdict {
	b := c.B
	switch {
	case c.L4 == UDP && c.Port(137):
		return netbiosName(c, b)
	case c.L4 == UDP && c.Port(138):
		return netbiosDatagram(c, b)
	case c.L4 == TCP && c.Port(139):
		return netbiosSession(c, b)
	}
	return No
}

func netbiosName(c *Context, b []byte) Verdict {
	if len(b) < 12 {
		return No
	}
	questions, answers, auth, extra := be16(b[4:]), be16(b[6:]), be16(b[8:]), be16(b[10:])
	opcode := b[2] >> 3 & 15
	if opcode > 9 || questions > 2 || answers > 4 || auth > 4 || extra > 4 || questions+answers+auth+extra == 0 {
		return No
	}
	name := setNetBIOSName(c, b[12:])
	const registration = 5
	if name != "" && (b[2]&0x80 != 0 || opcode == registration) {
		c.Meta().NetBIOSName = name // whoever answers or registers says its own
	}
	return c.Found(idNetbios)
}

// setNetBIOSName records a name in first-level encoding (RFC 1001, 14.1) and returns
// it, "" for none.
func setNetBIOSName(c *Context, b []byte) string {
	if len(b) < 33 || b[0] != 32 {
		return ""
	}
	var name [16]byte
	for i := range name {
		hi, lo := b[1+2*i]-'A', b[2+2*i]-'A'
		if hi > 15 || lo > 15 {
			return ""
		}
		name[i] = hi<<4 | lo
	}
	text := strings.TrimRight(string(name[:15]), " \x00")
	for _, x := range []byte(text) {
		if x < ' ' || x > '~' {
			return ""
		}
	}
	c.Meta().HostName = strings.ToLower(text)
	return text
}

func netbiosDatagram(c *Context, b []byte) Verdict {
	if len(b) < 14 || b[0] < 0x10 || b[0] > 0x16 {
		return No
	}
	setNetBIOSName(c, b[14:])
	// A mailslot write inside is SMB's transaction message.
	if len(b) > 82 && hasAt(b, 82, "\xffSMB") {
		c.Set(idNetbios, idSmbv1)
		return Found
	}
	return c.Found(idNetbios)
}

func netbiosSession(c *Context, b []byte) Verdict {
	n := be16(b[2:]) | int(b[1]&1)<<16
	switch b[0] {
	case 0: // session message
		switch {
		case hasAt(b, 4, "\xffSMB"):
			c.Risk(riskSmbInsecureVersion)
			c.Set(idNetbios, idSmbv1)
			return Found
		case hasAt(b, 4, "\xfeSMB"):
			c.Set(idNetbios, idSmbv23)
			return Found
		}
		if n+4 == len(b) && n > 0 {
			return c.Found(idNetbios)
		}
	case 0x81: // session request: called and calling name
		if len(b) > 38 {
			setNetBIOSName(c, b[4:])
			c.Set(0, idNetbios)
			return FoundMore
		}
	case 0x82, 0x85:
		if n == 0 && len(b) == 4 {
			c.Set(0, idNetbios)
			return FoundMore
		}
	case 0x83:
		if n == 1 {
			return c.Found(idNetbios)
		}
	}
	if c.S.found {
		return Found
	}
	return No
}
