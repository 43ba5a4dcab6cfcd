package dpi

// NoMachine: a line names the program and its version, NXSH or NXD, before TLS
// starts; media runs over UDP behind a header whose words are a kind of 1 and the
// length. The constants are those that nDPI 4.11 looks for.

func init() {
	signature(Dissector{ID: idNomachine, Name: "NoMachine", L4: TCP, Ports: []uint16{4000}, First: "N", Min: 11}, func(_ *Context, b []byte) bool {
		return len(b) < 15 && (has(b, "NXSH-") || has(b, "NXD-"))
	})
	signature(Dissector{ID: idNomachine, Name: "NoMachine", L4: UDP, Ports: []uint16{4000}, Min: 10, Priority: 3}, func(_ *Context, b []byte) bool {
		return le16(b[2:]) == 1 && le16(b[4:]) == len(b) && be16(b[8:]) == 0
	})
}
