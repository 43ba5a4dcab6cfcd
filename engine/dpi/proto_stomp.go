package dpi

// STOMP 1.2.

func init() {
	signature(Dissector{ID: idStomp, Name: "STOMP", L4: TCP, Ports: []uint16{61613}, Min: 9, First: "CSE"}, func(_ *Context, b []byte) bool {
		return has(b, "CONNECT\n") || has(b, "STOMP\n") || has(b, "CONNECTED\n") || has(b, "CONNECT\r\n") || has(b, "STOMP\r\n")
	})
}
