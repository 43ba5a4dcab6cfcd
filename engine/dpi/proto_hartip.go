package dpi

// HART-IP: FieldComm's Network Management Specification: version, message type,
// id, status, sequence, length.

func init() {
	signature(Dissector{ID: idHartIp, Name: "HART-IP", L4: TCP | UDP, Ports: []uint16{5094, 5095}, Min: 8, First: "\x01\x02", Priority: 4}, func(c *Context, b []byte) bool {
		return (b[0] == 1 || b[0] == 2) && b[1]&15 <= 3 && b[2] <= 4 && be16(b[6:]) == len(b) && be16(b[4:]) < 0xff00
	})
}
