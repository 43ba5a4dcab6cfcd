package dpi

// tinc: manual, "The meta-protocol": an ID message "0 name 17".

func init() {
	Register(Dissector{ID: idTinc, Name: "TINC", L4: TCP, Ports: []uint16{655}, Min: 6, First: "0", MaxPackets: 4, Func: func(c *Context) Verdict {
		line, whole := firstLine(c.B) // tinc manual, "Meta-protocol": ID message "0 name 17"
		if whole && has(line, "0 ") && len(line) > 5 && hasAt(line, len(line)-3, " 17") {
			if c.NOther() > 0 {
				return c.Found(idTinc)
			}
			return More
		}
		return No
	}})
}
