package dpi

// Cisco's VPN clients on their own port; the constant is the one nDPI 4.11
// looks for.

func init() {
	// Cisco's VPN clients on their own ports use the same header.
	signature(Dissector{ID: idCiscovpn, Name: "CiscoVPN", L4: UDP, Ports: []uint16{10000}, OnlyPorts: true, Min: 4}, func(_ *Context, b []byte) bool {
		return be32(b) == 0xfe577e2b
	})
}
