package dpi

// WebSocket: RFC 6455, section 5.2, seen without its opening handshake.

func init() {
	signature(Dissector{ID: idWebsocket, Name: "WebSocket", L4: TCP, Min: 4, Priority: 9, First: "\x81\x82", MaxPackets: 1}, func(c *Context, b []byte) bool {
		n, head := int(b[1]&0x7f), 2 // RFC 6455, section 5.2: final text or binary frame
		if n == 126 {
			n, head = be16(b[2:]), 4
		}
		if b[1]&0x80 != 0 {
			head += 4
		}
		return c.N() == 1 && n < 65536 && head+n == len(b) && n > 0
	})
}
