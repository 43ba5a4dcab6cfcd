package dpi

// RakNet: its manual, "offline message id": 16 magic bytes in every message
// before a connection.

func init() {
	signature(Dissector{ID: idRaknet, Name: "RakNet", L4: UDP, Min: 17, Priority: 1, First: "\x01\x02\x05\x06\x07\x08\x1c\x14\x11\x12\x13\x17\x18\x19\x1a"}, func(_ *Context, b []byte) bool {
		const magic = "\x00\xff\xff\x00\xfe\xfe\xfe\xfe\xfd\xfd\xfd\xfd\x12\x34\x56\x78"
		return hasAt(b, 1, magic) || hasAt(b, 9, magic) || hasAt(b, 17, magic) || hasAt(b, 32, magic)
	})
}
