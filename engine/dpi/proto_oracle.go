package dpi

// Oracle: TNS packet header and connect descriptor.

func init() {
	signature(Dissector{ID: idOracle, Name: "Oracle", L4: TCP, Ports: []uint16{1521}, Min: 10, First: "\x00\x01"}, func(_ *Context, b []byte) bool {
		// Length, checksum 0, type 1 is CONNECT: version, compatible version, then "(DESCRIPTION".
		return be16(b) == len(b) && be16(b[2:]) == 0 && b[4] == 1 && contains(b, "(CONNECT_DATA") || len(b) > 80 && b[4] == 1 && contains(b, "(DESCRIPTION=")
	})
}
