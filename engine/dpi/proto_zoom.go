package dpi

// Zoom: ports of its firewall guide; the other constants are those that nDPI
// 4.11 looks for.

func init() {
	Register(Dissector{ID: idZoom, Name: "Zoom", L4: UDP, Ports: []uint16{8801, 8802, 8803, 8804, 8805, 8806, 8807, 8808, 8809, 8810}, Min: 8, MaxPackets: 5, Func: func(c *Context) Verdict {
		b := c.B
		if zoomPeer(b) {
			return c.Found(idZoom)
		}
		if c.T.SrvPort < 8801 && c.T.CliPort < 8801 || c.T.SrvPort > 8810 && c.T.CliPort > 8810 {
			return No
		}
		// Ports of Zoom's firewall guide; the first datagrams of either side.
		if has(b, "\x01\x00\x03") || has(b, "\x01\x00\x02") || has(b, "\x02\x00\x03") || has(b, "\x02\x00\x02") {
			return c.Found(idZoom)
		}
		if b[0] == 5 && len(b) > 16 { // media through the relay: 13 to 16 and 33 to 35
			if k := b[8]; k == 13 || k == 15 || k == 16 || k >= 33 && k <= 35 {
				return c.Found(idZoom)
			}
		}
		if b[0] == 3 || b[0] == 4 {
			if c.N() >= 4 {
				return c.Found(idZoom)
			}
			return More
		}
		return No
	}})
}

// zoomPeer reports the first packet of a direct call: type 0x1f, then after 24
// bytes an address and an identifier with lengths in front, and four zeros.
func zoomPeer(b []byte) bool {
	if len(b) <= 36 || !has(b, "\x1f\x02\x01") || be32(b[len(b)-4:]) != 0 {
		return false
	}
	n := uint64(be32(b[24:]))
	if 24+4+n+4 >= uint64(len(b)) {
		return false
	}
	return 24+4+n+4+uint64(be32(b[28+n:]))+4 == uint64(len(b))
}
