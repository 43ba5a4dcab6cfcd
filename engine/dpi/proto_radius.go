package dpi

// RADIUS: RFC 2865, RFC 2866: code, identifier, length, authenticator.

func init() {
	signature(Dissector{ID: idRadius, Name: "Radius", L4: UDP, Ports: []uint16{1812, 1813, 1645, 1646, 3799}, Min: 20, First: "\x01\x02\x03\x04\x05\x0b\x0c\x0d\x28\x29\x2a\x2b\x2c\x2d", Priority: 2}, func(c *Context, b []byte) bool {
		n := be16(b[2:])
		if n < 20 || n != len(b) || n > 4096 {
			return false
		}
		for a := b[20:]; len(a) > 0; { // attributes fill the packet
			if len(a) < 2 || a[1] < 2 || int(a[1]) > len(a) {
				return false
			}
			a = a[a[1]:]
		}
		return n > 20 || c.Port(1812, 1813, 1645, 1646, 3799)
	})
}
