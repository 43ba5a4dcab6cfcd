package dpi

// IKE: RFC 7296 (header, section 3.1) and RFC 2408; UDP encapsulation RFC 3948.

func init() {
	// On any port: the length of the header is that of the whole, and nothing
	// in it is reserved (RFC 7296, 3.1; RFC 2408, 3.1).
	signature(Dissector{ID: idIpsec, Name: "IPSec", L4: UDP, Min: 28, Priority: 2}, func(_ *Context, b []byte) bool {
		if be32(b) == 0 && len(b) >= 32 {
			b = b[4:]
		}
		if int(be32(b[24:])) != len(b) {
			return false
		}
		switch b[17] {
		case 0x10:
			return b[16] < 14 && b[18] < 6 && b[19] < 8
		case 0x20:
			return b[16] >= 33 && b[16] < 49 && b[18] >= 34 && b[18] < 38 && b[19]&0xc7 == 0
		}
		return false
	})
	signature(Dissector{ID: idIpsec, Name: "IPSec", L4: TCP | UDP, Ports: []uint16{500, 4500, 4501}, OnlyPorts: true, Min: 1}, func(c *Context, b []byte) bool {
		if c.L4 == TCP { // RFC 8229: stream prefix, or a length
			return has(b, "IKETCP") || len(b) > 30 && be16(b) == len(b) && be32(b[2:]) == 0
		}
		if c.Port(4500, 4501) {
			if len(b) == 1 && b[0] == 0xff { // keep-alive
				return true
			}
			if len(b) >= 32 && be32(b) == 0 {
				return ikeHeader(b[4:])
			}
			return len(b) >= 16 && be32(b) > 255 // ESP: a reserved SPI is no SPI
		}
		return ikeHeader(b)
	})
}

func ikeHeader(b []byte) bool {
	return len(b) >= 28 && (b[17] == 0x10 || b[17] == 0x20 || b[17] == 0x11) && int(be32(b[24:])) <= len(b)+1500 && be32(b[24:]) >= 28 && be64(b) != 0 &&
		(b[18] <= 5 || b[18] == 32 || b[18] == 33 || b[18] >= 34 && b[18] <= 43)
}
