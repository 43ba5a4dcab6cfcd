package dpi

// Modbus/TCP: "Modbus Messaging on TCP/IP", section 3.1.3: protocol 0 and a
// length.

func init() {
	either(Dissector{ID: idModbus, Name: "Modbus", L4: TCP, Ports: []uint16{502}, Min: 8, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return be16(b[2:]) == 0 && be16(b[4:]) >= 2 && be16(b[4:])+6 <= len(b) && b[7]&0x7f <= 111
	})
}
