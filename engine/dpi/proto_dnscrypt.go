package dpi

import "bytes"

// DNSCrypt: "DNSCrypt version 2 protocol specification": certificates are TXT
// records of 2.dnscrypt-cert.<provider>, the answers of a resolver begin with
// the magic of the client's query or of the resolver.

func init() {
	Register(Dissector{ID: idDnscrypt, Name: "DNScrypt", L4: TCP | UDP, Min: 24, Ports: []uint16{443, 5353, 8443, 5443}, MaxPackets: 8, Priority: -2, Func: dissectDNSCrypt})
}

func dissectDNSCrypt(c *Context) Verdict {
	b := c.B
	if len(b) >= 64 && has(b, "r6fnvWj8") {
		return c.Found(idDnscrypt)
	}
	if bytes.EqualFold(b[13:min(len(b), 23)], []byte("2\x0ddnscrypt")) || bytes.EqualFold(b[12:min(len(b), 23)], []byte("\x012\x0ddnscrypt")) {
		return c.Found(idDnscrypt)
	}
	if c.NDir() >= 1 && c.NOther() >= 1 || c.N() >= 8 {
		return No
	}
	return More
}
