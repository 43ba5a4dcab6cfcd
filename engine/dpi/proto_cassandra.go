package dpi

// Cassandra: native protocol v3 to v5, frame header.

func init() {
	signature(Dissector{ID: idCassandra, Name: "Cassandra", L4: TCP, Ports: []uint16{9042}, Min: 9, First: "\x03\x04\x05\x83\x84\x85"}, func(_ *Context, b []byte) bool {
		v := b[0] & 0x7f
		return v >= 3 && v <= 5 && b[1] <= 0x1f && b[4] <= 0x10 && int(be32(b[5:]))+9 == len(b) && (b[4] == 1 || b[4] == 5 || b[4] == 7 || b[4] == 0 || b[4] == 3 || b[4] == 6)
	})
}
