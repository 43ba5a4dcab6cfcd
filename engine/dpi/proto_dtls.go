package dpi

// DTLS: RFC 6347 and RFC 9147.

func init() {
	Register(Dissector{ID: idDtls, Name: "DTLS", L4: UDP, First: "\x14\x15\x16\x17", Min: 13, Priority: -6, Extra: 10, Func: dissectDTLS})
}

const dtlsHeader = 13

func dissectDTLS(c *Context) Verdict {
	note, b := c.Note(), c.B
	if !dtlsRecord(b) {
		if c.S.found {
			return FoundMore
		}
		return No
	}
	if *note&tlsNamed == 0 && b[0] == recData && be16(b[11:])+dtlsHeader == len(b) && be16(b[3:]) > 0 {
		// The middle of a connection: epoch above 0, nothing else in the datagram.
		if *note += tlsMidwayOne; *note/tlsMidwayOne >= 2 {
			return c.Found(idDtls)
		}
		return More
	}
	if *note == 0 && b[0] != recHandshake {
		if c.N() < 4 {
			return More
		}
		return No
	}
	for len(b) >= dtlsHeader && dtlsRecord(b) {
		n := be16(b[11:])
		if b[0] == recHandshake {
			dtlsMessages(c, note, b[dtlsHeader:dtlsHeader+n])
		} else if b[0] == recChangeCipher || b[0] == recData {
			*note |= tlsEncrypted0 << c.Dir()
		}
		b = b[dtlsHeader+n:]
	}
	return undecided(c, *note)
}

// dtlsRecord reports a record that lies in b as a whole.
func dtlsRecord(b []byte) bool {
	if len(b) < dtlsHeader || b[0] < recChangeCipher || b[0] > 25 {
		return false
	}
	v := be16(b[1:])
	return (v == 0xfeff || v == 0xfefd || v == 0xfefc || v == 0x0100) && be16(b[11:])+dtlsHeader <= len(b)
}

// dtlsMessages reads handshake messages; fragments are put together per
// direction by their offset (RFC 6347, 4.2.3).
func dtlsMessages(c *Context, note *uint64, b []byte) {
	for len(b) >= 12 {
		kind, total, off, n := b[0], be24(b[1:]), be24(b[6:]), be24(b[9:])
		if kind == 0 || kind > 24 || n > len(b)-12 || off+n > total {
			return
		}
		body := b[12 : 12+n]
		if n != total {
			f := &c.w.buf[c.Dir()]
			f.put(off, body, c.E.cfg.MaxReassembly)
			body = f.prefix()
		}
		if len(body) >= total {
			dtlsMessage(c, note, kind, body[:total])
			c.w.buf[c.Dir()].n = 0
		}
		b = b[12+n:]
	}
}

func dtlsMessage(c *Context, note *uint64, kind byte, body []byte) {
	switch kind {
	case hsClientHello:
		if h := parseHello(body, true); h != nil {
			if *note&tlsNamed == 0 || c.S.res.Master == 0 {
				tlsClient(c, h, 'd', idDtls)
			}
			h.release()
			*note |= tlsClientSeen | tlsNamed
		}
	case hsServerHello:
		if h, ok := parseServerHello(body); ok {
			tlsServer(c, &h)
			*note |= tlsServerSeen
		}
	case hsCertificate:
		if *note&tlsCertSeen == 0 {
			tlsCertificate(c, body, idDtls)
			*note |= tlsCertSeen
		}
	}
	if *note&tlsNamed == 0 && (kind <= 4 || kind == hsCertificate) {
		*note |= tlsNamed
		if !c.S.found {
			c.Set(0, idDtls)
		}
	}
}
