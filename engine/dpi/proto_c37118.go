package dpi

// IEEE C37.118.2: synchrophasors: 0xAA, frame type, size, and a CRC-CCITT at
// the end.

func init() {
	signature(Dissector{ID: idIeeeC37118, Name: "IEEE-C37118", L4: TCP | UDP, Ports: []uint16{4712, 4713}, Min: 17, First: "\xaa"}, func(_ *Context, b []byte) bool {
		return b[1]>>4 < 6 && be16(b[2:]) == len(b) && crc16(b[:len(b)-2], 0xffff) == uint16(be16(b[len(b)-2:]))
	})
}
