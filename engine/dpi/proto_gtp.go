package dpi

// GTP: 3GPP TS 29.060, 29.281, 29.274 and 32.295 (GTP').

func init() {
	Register(Dissector{ID: idGtp, Name: "GTP", L4: UDP, Ports: []uint16{2123, 2152, 3386}, OnlyPorts: true, Min: 8, Func: dissectGTP})
}

// dissectGTP tells user plane, control plane and charging by port and version.
func dissectGTP(c *Context) Verdict {
	b := c.B
	version, n := b[0]>>5, be16(b[2:])
	switch {
	case c.Port(3386) && version <= 2 && b[0]&0x10 == 0:
		if (n+6 == len(b) || n+20 == len(b)) && b[1] >= 1 {
			c.Set(idGtp, idGtpPrime)
			return Found
		}
	case c.Port(2152) && version == 1 && b[0]&0x10 != 0 && n+8 <= len(b):
		c.Set(idGtp, idGtpU)
		return Found
	case c.Port(2123) && (version == 1 && n+8 <= len(b) || version == 2 && n+4 <= len(b)):
		c.Set(idGtp, idGtpC)
		return Found
	}
	if n+8 == len(b) && version <= 2 || n+4 == len(b) {
		return c.Found(idGtp)
	}
	return No
}
