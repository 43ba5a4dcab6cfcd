package dpi

// AMQP: 0-9-1 and 1.0 (OASIS): protocol header, or frames that end in 0xCE.

func init() {
	either(Dissector{ID: idAmqp, Name: "AMQP", L4: TCP, Ports: []uint16{5672}, First: "A\x01\x02\x03\x08", Min: 8}, func(_ *Context, b []byte) bool {
		if has(b, "AMQP") {
			return true
		}
		n := int(be32(b[3:]))
		return b[0] >= 1 && b[0] <= 3 && n > 3 && 7+n < len(b) && b[7+n] == 0xce && be16(b[1:]) <= 256
	})
}
