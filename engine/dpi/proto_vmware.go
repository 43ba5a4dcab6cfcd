package dpi

// VMware: heartbeats of ESX hosts to the management server on UDP port 902
// (VMware knowledge base 1029919); size and first byte as nDPI 4.11 looks for
// them.

func init() {
	signature(Dissector{ID: idVmware, Name: "VMware", L4: UDP, Ports: []uint16{902, 903}, OnlyPorts: true, First: "\xa4", Min: 66}, func(_ *Context, b []byte) bool {
		return len(b) == 66
	})
}
