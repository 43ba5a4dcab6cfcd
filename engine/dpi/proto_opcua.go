package dpi

// OPC UA: OPC 10000-6, section 7.1: message type, chunk kind, little-endian
// size.

func init() {
	signature(Dissector{ID: idOpcUa, Name: "OPC-UA", L4: TCP, Ports: []uint16{4840}, Min: 8, First: "HAOMCER"}, func(_ *Context, b []byte) bool {
		switch string(b[:4]) {
		case "HELF", "ACKF", "OPNF", "MSGF", "CLOF", "ERRF", "RHEF":
			return int(le32(b[4:])) == len(b)
		}
		return false
	})
}
