package dpi

// TDS: [MS-TDS] 2.2.3.

func init() {
	signature(Dissector{ID: idMssqlTds, Name: "MsSQL-TDS", L4: TCP, Ports: []uint16{1433}, Min: 8, First: "\x01\x02\x03\x04\x06\x07\x0e\x10\x11\x12"}, func(c *Context, b []byte) bool {
		if be16(b[2:]) != len(b) || b[1] > 1 || b[7] != 0 {
			return false
		}
		return b[0] == 0x12 && len(b) > 20 && b[8] <= 6 || b[0] == 0x10 && len(b) > 90 || c.Port(1433)
	})
}
