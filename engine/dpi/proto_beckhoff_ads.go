package dpi

// AMS/ADS: Beckhoff TC1000 documentation: AMS/TCP header, then the AMS header.

func init() {
	signature(Dissector{ID: idBeckhoffAds, Name: "BeckhoffADS", L4: TCP, Ports: []uint16{48898}, Min: 38, First: "\x00"}, func(_ *Context, b []byte) bool {
		flags := le16(b[24:]) // AMS/TCP header of 6 bytes, then the AMS header of 32
		return be16(b) == 0 && int(le32(b[2:])) == len(b)-6 && int(le32(b[26:])) == len(b)-38 && (flags == 4 || flags == 5) && le16(b[22:]) <= 9
	})
}
