package dpi

// EtherNet/IP: ODVA volume 2, encapsulation header of 24 bytes.

func init() {
	either(Dissector{ID: idEthernetIp, Name: "EthernetIP", L4: TCP | UDP, Ports: []uint16{44818}, Min: 24, OnlyPorts: true}, func(_ *Context, b []byte) bool {
		command := le16(b)
		return le16(b[2:])+24 == len(b) && (command <= 4 || command >= 0x63 && command <= 0x75)
	})
}
