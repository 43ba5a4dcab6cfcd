package dpi

// Crossfire: no public description; the constants are those that nDPI 4.11
// looks for.

func init() {
	signature(Dissector{ID: idCrossfire, Name: "Crossfire", L4: UDP, First: "\xc7", Min: 25}, func(_ *Context, b []byte) bool {
		return len(b) == 25 && be32(b) == 0xc7d91999 && be16(b[4:]) == 0x0200 && be16(b[22:]) == 0x7d00
	})
}

// crossfireRequest reports the notices its launcher fetches over HTTP.
func crossfireRequest(host, target string) bool {
	return (hasText(host, "crossfire") || hasText(host, "www.crossfire")) && (hasText(target, "/notice/login_big") || hasText(target, "/notice/login_small"))
}
