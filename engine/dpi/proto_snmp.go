package dpi

// SNMP: RFC 1157, RFC 3416, RFC 3412: SEQUENCE { version INTEGER, ... }.

func init() {
	signature(Dissector{ID: idSnmp, Name: "SNMP", L4: UDP, Ports: []uint16{161, 162}, First: "\x30", Min: 16}, func(_ *Context, b []byte) bool {
		_, n, off := berHeader(b, 65535)
		if off == 0 || off+n != len(b) || !hasAt(b, off, "\x02\x01") || len(b) < off+8 {
			return false
		}
		version, next := b[off+2], b[off+3]
		switch version {
		case 0, 1: // community, then a PDU of context class
			_, l, o := berHeader(b[off+3:], 255)
			at := off + 3 + o + l
			return next == 4 && o > 0 && at < len(b) && b[at] >= 0xa0 && b[at] <= 0xa8
		case 3:
			return next == 0x30
		}
		return false
	})
}
