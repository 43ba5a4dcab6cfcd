package dpi

import "net/netip"

// Ookla speed test: its text protocol on port 8080: "HI" is answered with
// "HELLO" (observed; as nDPI 4.11 looks for it). What else the client does on
// that port is its measurement.

func init() {
	Register(Dissector{ID: idOokla, Name: "Ookla", L4: TCP | UDP, Ports: []uint16{8080}, OnlyPorts: true, First: "H", Min: 2, MaxPackets: 3, Func: func(c *Context) Verdict {
		switch {
		case c.N() == 1 && has(c.B, "HI"):
			return More
		case c.N() == 2 && c.NOther() == 1 && has(c.B, "HELLO"):
			c.RememberPeer(cacheOokla, idOokla, ooklaClient(c))
			return c.Found(idOokla)
		}
		return No
	}})
}

// ooklaClient is the address of the measuring host, whatever its port.
func ooklaClient(c *Context) netip.AddrPort { return netip.AddrPortFrom(c.T.Client, 0) }
