package dpi

// ONC RPC: RFC 5531 (program 100003 is NFS, RFC 1813; 100000 port mapper,
// RFC 1833; 100005 mount).

func init() {
	either(Dissector{ID: idNfs, Name: "NFS", L4: TCP | UDP, Ports: []uint16{2049, 111}, Min: 32}, func(c *Context, b []byte) bool {
		if c.L4 == TCP {
			// Record marking, section 11: the last fragment's bit and its length.
			if b[0]&0x80 == 0 || int(be32(b)&0x7fffffff) < 28 || len(b) < 36 {
				return false
			}
			b = b[4:]
		}
		program := be32(b[12:])
		return be32(b[4:]) == 0 && be32(b[8:]) == 2 && (program == 100003 || program == 100000 || program == 100005) && be32(b[16:]) >= 1 && be32(b[16:]) <= 4
	})
}
