package dpi

// DNP3: IEEE 1815: frames open with 0x05 0x64 and a length of at least 5.

func init() {
	signature(Dissector{ID: idDnp3, Name: "DNP3", L4: TCP | UDP, Ports: []uint16{20000}, Min: 10, First: "\x05"}, func(_ *Context, b []byte) bool {
		return b[1] == 0x64 && b[2] >= 5
	})
}
