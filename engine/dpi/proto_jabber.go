package dpi

// XMPP: RFC 6120; a stream opens with an XML declaration or the stream element.

func init() {
	either(Dissector{ID: idJabber, Name: "Jabber", L4: TCP, Ports: []uint16{5222, 5223, 5269}, First: "<", Min: 13}, func(c *Context, b []byte) bool {
		head := b[:min(len(b), 400)]
		return has(b, "<stream:stream ") || (has(b, "<?xml ") || has(b, "<stream")) && (contains(head, "jabber:client") || contains(head, "jabber:server") || contains(head, "etherx.jabber.org") || contains(head, "<stream:stream"))
	})
}
