package dpi

// Ethernet Global Data: GE Fanuc GFK-2224: PDU type 13, version 1.

func init() {
	signature(Dissector{ID: idEgd, Name: "EthernetGlobalData", L4: UDP, Ports: []uint16{18246}, Min: 32, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		return b[0] == 13 && b[1] == 1
	})
}
