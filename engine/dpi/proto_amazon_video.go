package dpi

// Amazon Video: no public description; the constants are those that nDPI 4.11
// looks for.

func init() {
	signature(Dissector{ID: idAmazonVideo, Name: "AmazonVideo", L4: TCP | UDP, First: "\xfe\xde", Min: 5}, func(c *Context, b []byte) bool {
		return c.L4 == TCP && be32(b) == 0xfeedface || c.L4 == UDP && be32(b) == 0xdeadbeef
	})
}
