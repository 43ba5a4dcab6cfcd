package dpi

import "bytes"

// Whois: RFC 3912; DAS, a domain availability service, has the same form: one
// line asks.

func init() {
	signature(Dissector{ID: idWhoisDas, Name: "Whois-DAS", L4: TCP, Ports: []uint16{43, 4343}, OnlyPorts: true, Min: 3}, func(c *Context, b []byte) bool {
		if !c.FromClient || !bytes.HasSuffix(b, []byte("\r\n")) || !printable(b) {
			return false
		}
		line, _ := firstLine(b)
		c.Meta().HostName = hostText(line)
		return true
	})
}
