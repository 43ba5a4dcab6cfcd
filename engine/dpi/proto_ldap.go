package dpi

// LDAP: RFC 4511: LDAPMessage ::= SEQUENCE { messageID INTEGER, protocolOp ... }.

func init() {
	either(Dissector{ID: idLdap, Name: "LDAP", L4: TCP | UDP, Ports: []uint16{389, 3268}, First: "\x30", Min: 12}, func(_ *Context, b []byte) bool {
		_, _, off := berHeader(b, 1<<20)
		if off == 0 || len(b) < off+6 || b[off] != 2 || b[off+1] < 1 || b[off+1] > 4 {
			return false
		}
		at := off + 2 + int(b[off+1])
		if at+2 > len(b) {
			return false
		}
		op := b[at]
		// Application tags 0..25; unbind, delete and abandon are primitive.
		return op == 0x42 || op == 0x4a || op == 0x50 || op >= 0x60 && op <= 0x6f || op == 0x73 || op == 0x77 || op == 0x78 || op == 0x79
	})
}
