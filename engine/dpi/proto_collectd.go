package dpi

// collectd: "Binary protocol".

func init() {
	signature(Dissector{ID: idCollectd, Name: "collectd", L4: UDP, Ports: []uint16{25826}, Min: 20, First: "\x00\x02"}, dissectCollectd)
}

// dissectCollectd reads parts of type, length and value (collectd wiki, "Binary
// protocol"); part 0 is the host.
func dissectCollectd(c *Context, b []byte) bool {
	host, parts := "", 0
	for len(b) >= 4 {
		kind, n := be16(b), be16(b[2:])
		if n < 4 || n > len(b) || kind > 9 && kind != 0x100 && kind != 0x101 && kind != 0x200 && kind != 0x210 {
			return false
		}
		if kind == 0 && host == "" {
			host, _ = zeroString(b[4:n])
		}
		parts++
		b = b[n:]
	}
	if parts < 3 || len(b) != 0 {
		return false
	}
	if host != "" {
		c.Meta().HostName = hostText([]byte(host))
	}
	return true
}
