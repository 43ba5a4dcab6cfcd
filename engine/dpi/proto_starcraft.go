package dpi

// StarCraft 2: no public description; sizes and constants are those that nDPI
// 4.11 looks for.

func init() {
	signature(Dissector{ID: idStarcraft, Name: "Starcraft", L4: TCP, Ports: []uint16{1119}, OnlyPorts: true, First: "\x49\x4a", Min: 10}, func(_ *Context, b []byte) bool {
		return hasAt(b, 1, "\x00\x00\x0a\x66\x02\x0a\xed\x2d\x66")
	})
	Register(Dissector{ID: idStarcraft, Name: "Starcraft", L4: UDP, Ports: []uint16{1119}, OnlyPorts: true, Min: 20, Func: func(c *Context) Verdict {
		note := c.Note()
		want := starcraftSizes[*note]
		if len(c.B) != want && !(want == 75 && len(c.B) == 85) {
			return More
		}
		if *note++; int(*note) == len(starcraftSizes) {
			return c.Found(idStarcraft)
		}
		return More
	}})
}

var starcraftSizes = [...]int{20, 20, 75, 20, 548, 548, 548, 484}
