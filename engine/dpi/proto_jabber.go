package dpi

// XMPP: RFC 6120; a stream opens with an XML declaration or the stream element.
// On the old port 5223 mobile push services frame their messages with a kind and
// a length of two bytes; nDPI counts them as Jabber too.

func init() {
	either(Dissector{ID: idJabber, Name: "Jabber", L4: TCP, Ports: []uint16{5222, 5223, 5269}, First: "<", Min: 13}, func(_ *Context, b []byte) bool {
		head := b[:min(len(b), 400)]
		return has(b, "<stream:stream ") || (has(b, "<?xml ") || has(b, "<stream")) && (contains(head, "jabber:client") || contains(head, "jabber:server") || contains(head, "etherx.jabber.org") || contains(head, "<stream:stream"))
	})
	// In the middle of a stream: stanzas (RFC 6120, section 8) with an addressee.
	signature(Dissector{ID: idJabber, Name: "Jabber", L4: TCP, Ports: []uint16{5222, 5223, 5269}, OnlyPorts: true, First: "<", Min: 20}, func(_ *Context, b []byte) bool {
		head := b[:min(len(b), 300)]
		return (has(b, "<presence") || has(b, "<iq ") || has(b, "<message ")) && (contains(head, " to=") || contains(head, " from="))
	})
	Register(Dissector{ID: idJabber, Name: "Jabber", L4: TCP, Ports: []uint16{5223}, OnlyPorts: true, Min: 3, MaxPackets: 8, Func: func(c *Context) Verdict {
		b := c.B
		if be16(b[1:]) != len(b) {
			return No
		}
		if c.N() > 3 {
			return c.Found(idJabber)
		}
		if b[0] == 0x25 || b[0] == 0x26 || b[0] == 0x30 {
			return More
		}
		return No
	}})
}
