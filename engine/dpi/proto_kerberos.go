package dpi

// Kerberos 5: RFC 4120: messages are application tags 10 to 30; over TCP behind
// a length (7.2.2).

func init() {
	either(Dissector{ID: idKerberos, Name: "Kerberos", L4: TCP | UDP, Ports: []uint16{88}, Min: 10, First: "\x00\x6a\x6b\x6c\x6d\x6e\x6f\x74\x75\x76\x7e"}, func(c *Context, b []byte) bool {
		if c.L4 == TCP {
			if b[0] != 0 || be32(b) > 1<<16 {
				return false
			}
			b = b[4:]
		}
		tag, n, off := berHeader(b, 1<<16)
		switch tag {
		case 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x74, 0x75, 0x76, 0x7e:
		default:
			return false
		}
		// SEQUENCE { [0] or [1] INTEGER 5 ...
		if off == 0 || len(b) < off+9 || b[off] != 0x30 || c.L4 == UDP && off+n != len(b) {
			return false
		}
		_, _, o := berHeader(b[off:], 1<<16)
		p := b[off+min(o, len(b)-off):]
		return o > 0 && len(p) >= 5 && (p[0] == 0xa0 || p[0] == 0xa1) && p[1] == 3 && p[2] == 2 && p[3] == 1 && p[4] == 5
	})
}
