package dpi

// Ubiquiti's discovery: version, command and a length; as nDPI 4.11 looks for
// them.

func init() {
	signature(Dissector{ID: idUbntac2, Name: "UBNTAC2", L4: UDP, Ports: []uint16{10001}, Min: 4, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[0] <= 2 && be16(b[2:])+4 == len(b) || contains(b, "UBNT")
	})
}
