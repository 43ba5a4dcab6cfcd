package dpi

// Nano: "Node protocol": header magic 'R', network letter, versions.

func init() {
	signature(Dissector{ID: idNano, Name: "Nano", L4: TCP, Ports: []uint16{7075}, Min: 8, First: "R"}, func(c *Context, b []byte) bool {
		return has(b, "RC") && b[2] >= b[3] && b[3] >= b[4] && b[4] >= 10 && b[5] <= 0x0f
	})
}
