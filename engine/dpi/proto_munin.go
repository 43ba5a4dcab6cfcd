package dpi

// Munin: "The protocol of communication between master and node".

func init() {
	signature(Dissector{ID: idMunin, Name: "Munin", L4: TCP, Ports: []uint16{4949}, Min: 16, First: "#"}, func(c *Context, b []byte) bool {
		const banner = "# munin node at "
		if !has(b, banner) {
			return false
		}
		line, _ := firstLine(b[len(banner):])
		c.Meta().HostName = hostText(line)
		return true
	})
}
