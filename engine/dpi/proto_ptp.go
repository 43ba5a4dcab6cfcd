package dpi

// PTP version 2: IEEE 1588, common header.

func init() {
	signature(Dissector{ID: idPtpv2, Name: "PTPv2", L4: UDP, Ports: []uint16{319, 320}, OnlyPorts: true, Min: 34}, func(_ *Context, b []byte) bool {
		return b[1]&15 == 2 && be16(b[2:]) <= len(b) && b[0]&15 <= 13
	})
}
