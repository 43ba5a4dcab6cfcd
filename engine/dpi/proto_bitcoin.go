package dpi

// Bitcoin: developer reference, "message headers".

func init() {
	// Bitcoin (developer reference, "message headers": magic of main net, test nets, signet, Namecoin).
	signature(Dissector{ID: idBitcoin, Name: "BITCOIN", L4: TCP, Ports: []uint16{8333}, Min: 20, First: "\xf9\xda\xbf\x0b\xfa\x0a"}, func(_ *Context, b []byte) bool {
		switch be32(b) {
		case 0xf9beb4d9, 0xdab5bffa, 0xbfb5dafa, 0x0b110907, 0xfabfb5da, 0x0a03cf40, 0xf9beb4fe:
			return upper(b[4]-32) || printable(b[4:8])
		}
		return false
	})
}
