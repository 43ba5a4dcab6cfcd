package dpi

// MongoDB: wire protocol, standard message header.

func init() {
	signature(Dissector{ID: idMongodb, Name: "MongoDB", L4: TCP, Ports: []uint16{27017}, Min: 16}, func(_ *Context, b []byte) bool {
		n, op := int(le32(b)), le32(b[12:])
		if n < 16 || n > 48<<20 || n < len(b) && n != len(b) {
			return false
		}
		switch op {
		case 1, 2001, 2002, 2004, 2005, 2006, 2007, 2010, 2011, 2012, 2013:
			return op != 1 || le32(b[8:]) != 0
		}
		return false
	})
}
