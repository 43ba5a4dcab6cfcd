package dpi

// World of Warcraft: its opening text, or the program name "WoW" on its port;
// as nDPI 4.11 looks for them.

func init() {
	signature(Dissector{ID: idWorldofwarcraft, Name: "WorldOfWarcraft", L4: TCP, Min: 8, Ports: []uint16{3724}}, func(c *Context, b []byte) bool {
		return hasAt(b, 2, "WORLD OF WARCRAFT CONNECTION") || c.Port(3724) && (hasAt(b, 4, "WoW") || hasAt(b, 5, "WoW"))
	})
}
