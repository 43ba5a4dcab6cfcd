package dpi

// SMB over TCP: [MS-CIFS] 2.2.3.1 and [MS-SMB2] 2.1 and 2.2.1: a four byte
// length, then 0xFF or 0xFE and "SMB".

func init() {
	Register(Dissector{ID: idSmbv23, Name: "SMB", L4: TCP, Ports: []uint16{445}, First: "\x00", Min: 8, Extra: 3, Func: dissectSMB})
}

func dissectSMB(c *Context) Verdict {
	b := c.B
	if c.Port(139) {
		return No // NetBIOS session service
	}
	switch {
	case hasAt(b, 4, "\xfeSMB"):
		return c.Found(idSmbv23)
	case hasAt(b, 4, "\xffSMB"):
		if len(b) > 8 && b[8] == 0x72 && !c.S.found { // negotiate: the answer may be version 2
			c.Set(0, idSmbv1)
			return FoundMore
		}
		c.Risk(riskSmbInsecureVersion)
		return c.Found(idSmbv1)
	}
	if c.S.found {
		return FoundMore
	}
	return No
}
