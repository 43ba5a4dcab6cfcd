package dpi

// NATS: client protocol.

func init() {
	either(Dissector{ID: idNats, Name: "Nats", L4: TCP, Ports: []uint16{4222}, Min: 5, First: "ICPSMU+-"}, func(_ *Context, b []byte) bool {
		return has(b, "INFO {") || has(b, "CONNECT {") || has(b, "SUB ") && contains(b, "\r\n") && printable(b) || has(b, "MSG ") && contains(b, "\r\n") || has(b, "PUB ") && contains(b, "\r\n")
	})
}
