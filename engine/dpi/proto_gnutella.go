package dpi

// Gnutella: "The Annotated Gnutella Protocol Specification v0.4" and the 0.6
// draft (rfc-gnutella): a header of 23 bytes (identifier, type, TTL, hops,
// length), also over UDP; the text handshake and uploads over TCP. Gnutella2
// (g2.doxu.org, "UDP Transceiver"): datagrams open with "GND".

func init() {
	Register(Dissector{ID: idGnutella, Name: "Gnutella", L4: TCP, Min: 4, MaxPackets: 4, Priority: -9, Func: dissectGnutellaTCP})
	signature(Dissector{ID: idGnutella, Name: "Gnutella", L4: UDP, Min: 8}, func(_ *Context, b []byte) bool {
		return gnutellaMessage(b) || gnutella2(b) || gnutellaDHT(b)
	})
}

func dissectGnutellaTCP(c *Context) Verdict {
	b := c.B
	switch {
	case has(b, "GNUTELLA CONNECT/"), has(b, "GNUTELLA/0."), has(b, "GNUTELLA PI "), has(b, "PUSH guid:"),
		has(b, "GIV ") && contains(b, "\n\n") && contains(b, ":"):
		return c.Found(idGnutella)
	case gnutellaMessage(b) && c.N() > 1 && (b[16] == 0 || b[16] == 1):
		return c.Found(idGnutella)
	}
	return No
}

// gnutellaMessage reports a message that fills b: a known type, few hops and the
// length of what follows.
func gnutellaMessage(b []byte) bool {
	if len(b) < 23 || uint64(le32(b[19:]))+23 != uint64(len(b)) || b[17]+b[18] > 20 || b[17] > 15 || b[17]|b[18] == 0 {
		return false
	}
	switch n := len(b) - 23; b[16] {
	case 0x00: // ping: empty, or extensions (GGEP)
		return n == 0 || b[23] == 0xc3
	case 0x01: // pong: port, address, files, kilobytes
		return n == 14 || n > 14 && b[37] == 0xc3
	case 0x40: // push
		return n >= 26
	case 0x80: // query: minimum speed, text
		return n >= 3
	case 0x81: // query hit
		return n >= 27
	case 0x30, 0x31, 0x32: // route table, vendor messages
		return n >= 8 || b[16] == 0x30
	}
	return false
}

// gnutella2 reports a datagram of Gnutella2: tag, flags, sequence, part, count.
func gnutella2(b []byte) bool {
	if !has(b, "GND") || b[3]&^0x03 != 0 && b[3] != 0x10 {
		return false
	}
	return b[7] == 0 && len(b) == 8 || b[6] >= 1 && b[6] <= b[7] || b[3] == 0x10
}

// gnutellaDHT reports a Mojito DHT message that names the gtk-gnutella vendor.
func gnutellaDHT(b []byte) bool {
	return len(b) >= 28 && hasAt(b, 24, "GTKG") && uint64(le32(b[19:]))+23 == uint64(len(b))
}

// gnutellaField reports a header field of HTTP that only Gnutella's uploads and
// downloads have.
func gnutellaField(name, value []byte) bool {
	return len(name) > 11 && is(name[:11], "X-Gnutella-") || is(name, "X-Queue") || is(name, "X-Gnutella") ||
		(is(name, "Content-Type") || is(name, "Accept")) && has(value, "application/x-gnutella")
}
