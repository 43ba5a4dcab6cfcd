package dpi

// IEEE C37.118.2: synchrophasors: 0xAA, frame type, size, and a CRC-CCITT at
// the end.

func init() {
	signature(Dissector{ID: idIeeeC37118, Name: "IEEE-C37118", L4: TCP | UDP, Ports: []uint16{4712, 4713}, Min: 17, First: "\xaa"}, func(_ *Context, b []byte) bool {
		return b[1]>>4 < 6 && be16(b[2:]) == len(b) && crc16(b[:len(b)-2]) == uint16(be16(b[len(b)-2:]))
	})
}

// crc16 is CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xffff.
func crc16(b []byte) uint16 {
	crc := uint16(0xffff)
	for _, x := range b {
		crc ^= uint16(x) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}
