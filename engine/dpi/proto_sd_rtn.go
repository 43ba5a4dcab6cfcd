package dpi

// SD-RTN, Agora's network: no public description; the constants are those that
// nDPI 4.11 looks for.

func init() {
	signature(Dissector{ID: idSdRtn, Name: "SD-RTN", L4: UDP, Min: 20}, func(c *Context, b []byte) bool {
		if b[6] != 0x21 || be32(b[12:]) != 0x04534e49 {
			return false
		}
		if n := be16(b[16:]); b[18] == 0 && 19+n <= len(b) {
			c.Meta().HostName = hostText(b[19 : 19+n])
		}
		return true
	})
}
