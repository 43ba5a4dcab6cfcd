package dpi

import "strings"

// SSDP: UPnP Device Architecture 2.0, section 1.

func init() {
	Register(Dissector{ID: idSsdp, Name: "SSDP", L4: UDP, Ports: []uint16{1900}, First: "MNH", Min: 19, Func: dissectSSDP})
}

func dissectSSDP(c *Context) Verdict {
	b := c.B
	if !has(b, "M-SEARCH * HTTP/1.") && !has(b, "NOTIFY * HTTP/1.") && (!has(b, "HTTP/1.1 200") || !c.Port(1900) && !contains(b, "\r\nUSN:")) {
		return No
	}
	c.Set(0, idSsdp)
	m := c.Meta()
	_, rest := cutLine(b)
	header(rest, func(name, value []byte) {
		switch {
		case is(name, "HOST"):
			m.HostName = strings.ToLower(string(value))
		case is(name, "LOCATION"):
			m.SSDPLocation = string(value)
		case is(name, "USER-AGENT"):
			m.HTTPUserAgent = string(value)
		case is(name, "SERVER"):
			m.HTTPServer = string(value)
		}
	})
	return Found
}
