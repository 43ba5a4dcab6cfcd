package dpi

import "bytes"

// MGCP: RFC 3435, verbs of section 3.2.2.

func init() {
	either(Dissector{ID: idMgcp, Name: "MGCP", L4: UDP, Ports: []uint16{2427, 2727}, First: "ACDEMNR", Min: 8}, func(c *Context, b []byte) bool {
		line, _ := firstLine(b)
		switch string(b[:5]) {
		case "AUEP ", "AUCX ", "CRCX ", "DLCX ", "EPCF ", "MDCX ", "NTFY ", "RQNT ", "RSIP ":
		default:
			return false
		}
		if !contains(line, " MGCP ") {
			return false
		}
		if f := bytes.Fields(line); len(f) > 2 {
			if i := bytes.IndexByte(f[2], '@'); i >= 0 {
				c.Meta().HostName = hostText(f[2][i+1:])
			}
		}
		return true
	})
}
