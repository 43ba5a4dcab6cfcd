package dpi

// MQTT: 3.1.1 and 5.0 (OASIS), section 3.1: CONNECT with the protocol name.

func init() {
	// In the middle of a connection on any port: a message that asks for a receipt,
	// and the receipt with its number (3.3 and 3.4).
	Register(Dissector{ID: idMqtt, Name: "MQTT", L4: TCP, First: "\x32\x33\x34\x35\x3a\x3b\x3c\x3d", Min: 4, MaxPackets: 4, Priority: 3, Func: func(c *Context) Verdict {
		b, note := c.B, c.Note()
		if *note != 0 && c.NOther() > 0 {
			if len(b) == 4 && (b[0] == 0x40 || b[0] == 0x50) && b[1] == 2 && uint64(be16(b[2:])) == *note&0xffff {
				return c.Found(idMqtt)
			}
			return No
		}
		length, n := mqttLength(b)
		if n == 0 || length != len(b)-1-n || len(b) < 1+n+4 {
			return No
		}
		topic := be16(b[1+n:])
		if at := 1 + n + 2 + topic; topic == 0 || at+2 > len(b) || !printable(b[1+n+2:at]) {
			return No
		} else {
			*note = uint64(be16(b[at:])) | 1<<16
		}
		return More
	}})
	either(Dissector{ID: idMqtt, Name: "MQTT", L4: TCP, Ports: []uint16{1883, 8883}, Min: 2}, func(c *Context, b []byte) bool {
		if b[0] == 0x10 {
			_, n := mqttLength(b)
			return n > 0 && (hasAt(b, 1+n, "\x00\x04MQTT") || hasAt(b, 1+n, "\x00\x06MQIsdp"))
		}
		// In the middle of a connection: acknowledgements and pings of fixed size.
		if c.Port(1883) {
			length, n := mqttLength(b)
			return n > 0 && length == len(b)-1-n && b[0]>>4 != 0 && b[0]>>4 != 15
		}
		return b[0]>>4 == 13 && len(b) == 2 && b[1] == 0 && c.NOther() > 0
	})
}

// mqttLength reads the remaining length and its size, 0 when it is malformed.
func mqttLength(b []byte) (v, n int) {
	for n < 4 && 1+n < len(b) {
		x := b[1+n]
		v |= int(x&0x7f) << (7 * n)
		n++
		if x&0x80 == 0 {
			return v, n
		}
	}
	return 0, 0
}
