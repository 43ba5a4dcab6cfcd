package dpi

// Checkmk: the agent's output opens with the section <<<check_mk>>>.

func init() {
	signature(Dissector{ID: idCheckmk, Name: "CHECKMK", L4: TCP, Ports: []uint16{6556}, Min: 15, First: "<"}, func(_ *Context, b []byte) bool {
		return has(b, "<<<check_mk>>>")
	})
}
