package dpi

// Kafka: protocol guide, request header.

func init() {
	either(Dissector{ID: idApacheKafka, Name: "Kafka", L4: TCP, Ports: []uint16{9092}, Min: 14, First: "\x00"}, func(_ *Context, b []byte) bool {
		n := int(be32(b))
		key, version, client := be16(b[4:]), be16(b[6:]), be16(b[12:])
		return n+4 == len(b) && key <= 67 && version <= 16 && (client == 0xffff || 14+client <= len(b) && client > 0 && printable(b[14:14+client]))
	})
}
