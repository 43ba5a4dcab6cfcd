package dpi

// DLMS/COSEM over TCP and UDP: IEC 62056-47, the wrapper: version 1, source,
// destination, length.

func init() {
	// Serial framing sent as it is (IEC 62056-46, HDLC frame type 3).
	signature(Dissector{ID: idIec62056, Name: "IEC62056", L4: TCP | UDP, First: "\x7e", Min: 9}, func(_ *Context, b []byte) bool {
		n := be16(b[1:])&0x7ff + 2
		return b[1]&0xf0 == 0xa0 && n <= len(b) && b[n-1] == 0x7e && n >= 9
	})
	// DLMS/COSEM wrapper (IEC 62056-47): version 1, source and destination, length.
	signature(Dissector{ID: idIec62056, Name: "IEC62056", L4: TCP | UDP, Ports: []uint16{4059}, Min: 9, First: "\x00", Priority: 4}, func(_ *Context, b []byte) bool {
		return be16(b) == 1 && be16(b[6:]) == len(b)-8 && (b[8] == 0x60 || b[8] == 0x61 || b[8] == 0xc0 || b[8] == 0xc4 || b[8] == 0xc1 || b[8] == 0xc5)
	})
}
