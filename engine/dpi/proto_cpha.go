package dpi

// CPHA, Check Point's cluster protocol: the constants are those that nDPI 4.11
// looks for.

func init() {
	signature(Dissector{ID: idCpha, Name: "CPHA", L4: UDP, Ports: []uint16{8116}, Min: 21, OnlyPorts: true, First: "\x1a"}, func(c *Context, b []byte) bool {
		return b[1] == 0x90 && c.T.SrvPort == c.T.CliPort
	})
}
