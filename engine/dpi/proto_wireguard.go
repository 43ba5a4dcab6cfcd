package dpi

// WireGuard: "WireGuard: Next Generation Kernel Network Tunnel", section 5.4:
// a type, three zero bytes, fixed sizes.

func init() {
	Register(Dissector{ID: idWireguard, Name: "WireGuard", L4: UDP, Ports: []uint16{51820}, First: "\x01\x02\x03\x04", Min: 32, MaxPackets: 4, Priority: -3, Func: dissectWireGuard})
}

func dissectWireGuard(c *Context) Verdict {
	b, note := c.B, c.Note()
	if b[1]|b[2]|b[3] != 0 {
		return No
	}
	switch b[0] {
	case 1: // initiation
		if len(b) != 148 {
			return No
		}
		*note = uint64(be32(b[4:]))<<1 | 1
		if c.Port(51820) {
			return c.Found(idWireguard)
		}
		return More
	case 2: // response names the sender of the initiation
		if len(b) == 92 && (*note == 0 || uint64(be32(b[8:])) == *note>>1) {
			return c.Found(idWireguard)
		}
	case 3: // cookie reply
		if len(b) == 64 {
			return c.Found(idWireguard)
		}
	case 4: // transport data comes in multiples of 16 (keep-alives are 32 bytes)
		if len(b)%16 != 0 {
			return No
		}
		if c.Port(51820) && c.N() > 1 {
			return c.Found(idWireguard)
		}
		// Counters are little-endian and go up from a small number.
		if key := uint64(be32(b[4:]))<<8 | uint64(c.Dir())<<1 | 1; *note == 0 {
			*note = key
		} else if *note == key {
			return c.Found(idWireguard)
		}
		return More
	}
	return No
}
