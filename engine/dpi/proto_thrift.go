package dpi

// Apache Thrift: binary protocol in its strict form, and compact protocol.

func init() {
	either(Dissector{ID: idApacheThrift, Name: "Thrift", L4: TCP | UDP, Min: 13, First: "\x00\x80\x82", Priority: 3}, func(c *Context, b []byte) bool {
		if b[0] == 0 { // framed transport: a length first
			if int(be32(b))+4 != len(b) {
				return false
			}
			b = b[4:]
		}
		if len(b) < 9 {
			return false
		}
		if b[0] == 0x82 { // compact: version and type, sequence, name
			_, seq := protobufVarint(b[2:]) // numbers have the same form
			if seq == 0 || 2+seq >= len(b) {
				return false
			}
			n, name := int(b[2+seq]), b[3+seq:]
			return b[1]&0x1f == 1 && b[1]>>5 >= 1 && b[1]>>5 <= 4 && n > 0 && n < len(name) && printable(name[:n])
		}
		if be16(b) != 0x8001 || b[2] != 0 || b[3] < 1 || b[3] > 4 {
			return false
		}
		n := int(be32(b[4:]))
		return n > 0 && n < 256 && 8+n <= len(b) && printable(b[8:8+n])
	})
}
