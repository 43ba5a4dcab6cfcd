package dpi

// Warcraft III: messages of 0xF7, a kind and a little-endian length fill a
// packet, as the game's W3GS protocol is publicly described; three packets of
// them, or one after the single byte 0x01.

func init() {
	Register(Dissector{ID: idWarcraft3, Name: "Warcraft3", L4: TCP | UDP, Ports: []uint16{6112}, First: "\x01\xf7\xff", Min: 1, MaxPackets: 4, Func: func(c *Context) Verdict {
		if c.N() == 1 && len(c.B) == 1 && c.B[0] == 1 {
			return More
		}
		if !w3gs(c.B) {
			return No
		}
		if c.N() > 2 {
			return c.Found(idWarcraft3)
		}
		return More
	}})
}

// w3gs reports bytes that are whole messages.
func w3gs(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	for first := true; len(b) > 0; first = false {
		if len(b) < 4 || b[0] != 0xf7 && !(first && b[0] == 0xff) {
			return false
		}
		n := le16(b[2:])
		if n < 4 || n > len(b) {
			return false
		}
		b = b[n:]
	}
	return true
}
