package dpi

// KCP: its "Protocol" document: conversation, command 81 to 84, window, time,
// numbers and a length, little-endian, 24 bytes in front of the data.

func init() {
	signature(Dissector{ID: idKcp, Name: "KCP", L4: UDP, Min: 24, Priority: -1}, func(_ *Context, b []byte) bool {
		return b[4] >= 81 && b[4] <= 84 && uint64(le32(b[20:]))+24 == uint64(len(b))
	})
}
