package dpi

import "bytes"

// Avast's Secure DNS: asks for <..>.securedns.avast.com in the form of
// DNSCrypt.

func init() {
	// Avast's variant asks for <..>.securedns.avast.com in the same form.
	signature(Dissector{ID: idAvastSecuredns, Name: "AVASTSecureDNS", L4: UDP, Min: 34, Priority: -3}, func(c *Context, b []byte) bool {
		return bytes.EqualFold(b[15:24], []byte("securedns"))
	})
}
