package dpi

// KNXnet/IP: EN 13321-2: header size 6, version 1.0, service, total length.

func init() {
	signature(Dissector{ID: idKnxnetIp, Name: "KNXnet_IP", L4: TCP | UDP, Ports: []uint16{3671}, Min: 6, First: "\x06"}, func(_ *Context, b []byte) bool {
		return b[1] == 0x10 && be16(b[4:]) == len(b)
	})
}
