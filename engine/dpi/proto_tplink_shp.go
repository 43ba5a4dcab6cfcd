package dpi

// TP-Link's smart home protocol: JSON under an autokey XOR that starts with
// 171; as nDPI 4.11 looks for it.

func init() {
	signature(Dissector{ID: idTplinkShp, Name: "TPLINK_SHP", L4: TCP | UDP, Ports: []uint16{9999}, OnlyPorts: true, Min: 8}, func(c *Context, b []byte) bool {
		if c.L4 == TCP { // a length first; the text is XORed with its predecessor, starting with 171
			if int(be32(b)) != len(b)-4 {
				return false
			}
			b = b[4:]
		}
		return len(b) > 1 && b[0]^171 == '{' && (b[1]^b[0] == '"' || b[1]^b[0] == '\n' || b[1]^b[0] == '}')
	})
}
