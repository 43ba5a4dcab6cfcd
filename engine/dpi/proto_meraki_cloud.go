package dpi

// Meraki's cloud tunnel: the constant is the one nDPI 4.11 looks for.

func init() {
	signature(Dissector{ID: idMerakiCloud, Name: "MerakiCloud", L4: UDP, Ports: []uint16{7351}, OnlyPorts: true, Min: 5}, func(_ *Context, b []byte) bool {
		return be32(b) == 0xfef72891 // the constant nDPI 4.11 looks for
	})
}
