package dpi

// SOME/IP: AUTOSAR PRS_SOMEIPProtocol, header of 16 bytes.

func init() {
	signature(Dissector{ID: idSomeip, Name: "SOMEIP", L4: TCP | UDP, Ports: []uint16{30490, 30491, 30501}, Min: 16, Priority: -1}, func(_ *Context, b []byte) bool {
		switch be32(b) {
		case 0xffff0000, 0xffff8000:
			return be32(b[4:]) == 8 && be32(b[8:]) == 0xdeadbeef
		case 0xffff8100:
			return be32(b[12:])>>24 == 1
		}
		kind := b[14] &^ 0x20 // 0x20 marks segments
		ok := kind <= 2 || kind >= 0x40 && kind <= 0x42 || kind == 0x80 || kind == 0x81 || kind == 0xc0 || kind == 0xc1
		return b[12] == 1 && ok && b[15] < 0x40 && int(be32(b[4:]))+8 == len(b) && be16(b) != 0
	})
}
