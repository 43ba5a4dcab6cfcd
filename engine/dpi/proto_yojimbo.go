package dpi

// Yojimbo: netcode.io's STANDARD document: a connection request holds the
// version text "NETCODE 1.0x".

func init() {
	signature(Dissector{ID: idYojimbo, Name: "Yojimbo", L4: UDP, Min: 16, First: "\x00"}, func(_ *Context, b []byte) bool {
		return hasAt(b, 1, "NETCODE ") // netcode.io connection request
	})
}
