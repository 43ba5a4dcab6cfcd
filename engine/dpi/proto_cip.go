package dpi

// CIP: ODVA volume 2, common packet format on the implicit messaging port.

func init() {
	signature(Dissector{ID: idCip, Name: "CIP", L4: UDP, Ports: []uint16{2222}, Min: 12, OnlyPorts: true}, func(c *Context, b []byte) bool {
		if c.T.SrvPort != c.T.CliPort || b[1] != 0 {
			return false
		}
		off := 2 // common packet format: items of type, length, data
		for range int(b[0]) {
			if off+4 > len(b) {
				return false
			}
			off += 4 + le16(b[off+2:])
		}
		return off == len(b)
	})
}
