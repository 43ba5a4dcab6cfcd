package dpi

// MQTT: 3.1.1 and 5.0 (OASIS), section 3.1: CONNECT with the protocol name.

func init() {
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
