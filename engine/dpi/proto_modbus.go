package dpi

// Modbus/TCP: "Modbus Messaging on TCP/IP", section 3.1.3: protocol 0 and a
// length.

func init() {
	either(Dissector{ID: idModbus, Name: "Modbus", L4: TCP, Ports: []uint16{502}, Min: 8, OnlyPorts: true}, func(c *Context, b []byte) bool {
		if be16(b[2:]) == 0 && be16(b[4:])+6 == len(b) && b[7] == 0x5a { // Schneider's UMAS: the reserved function 90
			c.Set(idModbus, idUmas)
			return false
		}
		return be16(b[2:]) == 0 && be16(b[4:]) >= 2 && be16(b[4:])+6 <= len(b) && b[7]&0x7f <= 111
	})
}
