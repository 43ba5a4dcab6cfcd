package dpi

// Armagetron Advanced: its network messages are 16 bit words in network order:
// kind, number, length in words, data, and the sender at the end (source
// documentation of nNetwork).

func init() {
	signature(Dissector{ID: idArmagetron, Name: "Armagetron", L4: UDP, Ports: []uint16{4534}, First: "\x00", Min: 11}, func(_ *Context, b []byte) bool {
		words := be16(b[4:])
		if be16(b[len(b)-2:]) != 0 || words == 0 {
			return false
		}
		switch be16(b) {
		case 0x000b: // login
			return be16(b[2:]) == 0 && words*2+8 == len(b) && be16(b[6:]) == 8
		case 0x001c: // synchronisation
			return len(b) == 16 && be16(b[2:]) != 0 && words == 4 && be32(b[6:]) == 0x0500 && be32(b[10:]) == 0x00010000
		case 0x0018: // objects
			if len(b) <= 50 || be16(b[2:]) == 0 || words*2+8 > len(b) || be16(b[8:]) != be16(b[12:]) {
				return false
			}
			at := 16 + be16(b[14:])
			return at+4 < len(b) && (be32(b[at:]) == 0x00010000 || be32(b[at:]) == 1)
		}
		return false
	})
}
