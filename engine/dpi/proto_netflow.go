package dpi

// NetFlow and IPFIX: Cisco's versions 1, 5 and 7, RFC 3954, RFC 7011.

func init() {
	signature(Dissector{ID: idNetflow, Name: "NetFlow", L4: UDP, Ports: []uint16{2055, 2056, 9995, 9996, 4739}, Min: 16, First: "\x00", Priority: 2}, func(c *Context, b []byte) bool {
		v, n := be16(b), be16(b[2:])
		if c.Port(53) {
			return false
		}
		switch v {
		case 1, 5, 7:
			size, head := map[int]int{1: 52, 5: 48, 7: 52}[v], map[int]int{1: 16, 5: 24, 7: 24}[v]
			return n >= 1 && n <= 30 && head+n*size == len(b)
		case 9:
			return n >= 1 && n <= 60 && len(b) >= 24 && be32(b[8:]) > 900000000 && be16(b[22:]) <= len(b)-20 && be16(b[22:]) >= 4
		case 10:
			return n == len(b) && be32(b[4:]) > 900000000
		}
		return false
	})
}
