package dpi

// Ether-S-I/O of Saia Burgess: "ESIO", a big-endian version and type, as
// Wireshark names the fields.

func init() {
	signature(Dissector{ID: idEthersio, Name: "EtherSIO", L4: UDP, Ports: []uint16{6060}, First: "E", Min: 20}, func(_ *Context, b []byte) bool {
		return has(b, "ESIO") && be16(b[4:]) <= 2 && b[6] == 0
	})
}
