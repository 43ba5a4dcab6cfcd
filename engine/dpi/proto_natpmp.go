package dpi

// NAT-PMP and PCP: RFC 6886, RFC 6887.

func init() {
	signature(Dissector{ID: idNatpmp, Name: "NAT-PMP", L4: UDP, Ports: []uint16{5350, 5351}, OnlyPorts: true, Min: 2}, func(_ *Context, b []byte) bool {
		return b[0] == 0 && (b[1]&0x7f <= 2) || b[0] == 2 && len(b) >= 24
	})
}
