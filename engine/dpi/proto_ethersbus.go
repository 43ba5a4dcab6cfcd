package dpi

// Ether-S-Bus of Saia Burgess: length, version 0 or 1, protocol 0, and a CRC of
// polynomial 0x1021 at the end.

func init() {
	signature(Dissector{ID: idEthersbus, Name: "Ether-S-Bus", L4: UDP, Ports: []uint16{5050}, First: "\x00", Min: 13}, func(_ *Context, b []byte) bool {
		n := len(b) - 2
		return int(be32(b)) == len(b) && b[4] < 2 && b[5] == 0 && crc16(b[:n], 0) == uint16(be16(b[n:]))
	})
}
