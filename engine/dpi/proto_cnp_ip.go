package dpi

// CNP/IP: EN 14908-4 (LonTalk over IP), common header: length, version 1,
// message type, extension size 0, protocol flags.

func init() {
	signature(Dissector{ID: idCnpIp, Name: "CNP-IP", L4: UDP, Ports: []uint16{1628, 1629}, First: "\x00\x01\x02\x03\x04\x05", Min: 21}, func(_ *Context, b []byte) bool {
		return be16(b) == len(b) && b[3]&0x1f == 1 && b[4] == 0 && b[5]&0x1f < 3
	})
}
