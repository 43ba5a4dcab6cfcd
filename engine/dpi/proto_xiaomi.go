package dpi

// Xiaomi's push service: no public description; the constants and field numbers
// are those that nDPI 4.11 looks for.

func init() {
	signature(Dissector{ID: idXiaomi, Name: "Xiaomi", L4: TCP, Min: 12, First: "\xc2", Ports: []uint16{5222}}, func(c *Context, b []byte) bool {
		if be32(b) != 0xc2fe0005 || int(be32(b[4:]))+12 != len(b) || be32(b[8:]) != 0x00020016 {
			return false
		}
		// Fields of tag and length follow in protobuf form: 0x3a is the host.
		for o := b[12:]; len(o) >= 2 && int(o[1])+2 <= len(o); {
			if o[0] == 0x28 || o[0] == 0x08 {
				o = o[2:]
				continue
			}
			if o[0] == 0x3a {
				c.Meta().HostName = hostText([]byte(hostOnly(string(o[2 : 2+o[1]]))))
			}
			o = o[2+o[1]:]
		}
		return true
	})
}
