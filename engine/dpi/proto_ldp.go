package dpi

// LDP: RFC 5036, section 3.1.

func init() {
	signature(Dissector{ID: idLdp, Name: "LDP", L4: TCP | UDP, Ports: []uint16{646}, Min: 10, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return be16(b) == 1 && be16(b[2:])+4 <= len(b) && be16(b[2:]) >= 6
	})
}
