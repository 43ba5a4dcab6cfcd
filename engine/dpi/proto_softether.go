package dpi

// SoftEther: no public description of its NAT traversal; the constants are
// those that nDPI 4.11 looks for.

func init() {
	signature(Dissector{ID: idSoftether, Name: "Softether", L4: UDP, Ports: []uint16{5004}, Min: 1, First: "IA\x00"}, func(c *Context, b []byte) bool {
		return has(b, "IP=") && contains(b, ",PORT=") || len(b) == 1 && b[0] == 'A' && c.Port(5004)
	})
}
