package dpi

// Rx: "RX protocol specification" of AFS.

func init() {
	Register(Dissector{ID: idRx, Name: "RX", L4: UDP, Min: 28, Priority: 2, MaxPackets: 4, Func: func(c *Context) Verdict {
		b, note := c.B, c.Note() // "RX protocol specification": epoch, connection, call, numbers, type, flags
		if b[20] < 1 || b[20] > 13 || b[21] > 0x2f || be32(b) == 0 {
			return No
		}
		id := be64(b) &^ 3 // the low bits of the connection id are a channel
		if *note == id && c.NOther() > 0 {
			return c.Found(idRx)
		}
		*note = id
		return More
	}})
}
