package dpi

// IKE: RFC 7296 (header, section 3.1) and RFC 2408; UDP encapsulation RFC 3948.

func init() {
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
