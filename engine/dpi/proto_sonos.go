package dpi

// Sonos: its speakers' synchronisation on UDP ports 12301 and 7080 of addresses
// that are not public; sizes as nDPI 4.11 looks for them.

func init() {
	signature(Dissector{ID: idSonos, Name: "Sonos", L4: UDP, Ports: []uint16{12301, 7080}, OnlyPorts: true, Min: 1}, func(c *Context, b []byte) bool {
		to := c.P.DstAddr()
		if !to.Is4() || !to.IsPrivate() || to.IsMulticast() {
			return false
		}
		if len(b) == 48 {
			return c.Port(12301)
		}
		return c.P.DstPort == 7080 && (len(b) < 200 || len(b) > 1000 && len(b) < 1100)
	})
}
