package dpi

import (
	"slices"
	"strings"
)

// TLS over TCP: RFC 8446 (1.3), RFC 5246 (1.2) and its predecessors; record
// layer in section 5 of the former.

func init() {
	Register(Dissector{
		ID: idTls, Name: "TLS", L4: TCP, First: "\x14\x15\x16\x17\x80", Min: 5,
		Ports: []uint16{443, 465, 587, 853, 990, 993, 995, 8443}, Priority: -10, Extra: 16, Func: dissectTLS,
	})
}

// TLS record content types.
const (
	recChangeCipher = 20
	recAlert        = 21
	recHandshake    = 22
	recData         = 23
)

// Stages of a TLS flow, kept in the dissector's note.
const (
	tlsClientSeen = 1 << iota
	tlsServerSeen
	tlsCertSeen
	tlsEncrypted0 // client sends encrypted records
	tlsEncrypted1 // so does the server
	tlsNamed
	tlsMidwayOne // counts from here on
)

func dissectTLS(c *Context) Verdict {
	note := c.Note()
	if *note&tlsNamed != 0 && *note&(tlsEncrypted0<<c.Dir()) != 0 {
		return done(*note) // what this side sends cannot be read any more
	}
	b := c.Stream()
	if b == nil {
		return undecided(c, *note)
	}
	if *note == 0 && !tlsRecord(b) {
		if ssl2Hello(b) {
			return c.Found(idTls)
		}
		return No
	}
	off, read := 0, 0 // read: whole messages end there
	c.w.hs = c.w.hs[:0]
	for len(b)-off >= 5 {
		kind, n := b[off], be16(b[off+3:])
		if !tlsRecord(b[off:]) || n == 0 {
			if *note&tlsNamed == 0 {
				return No
			}
			return done(*note)
		}
		body := b[off+5:]
		whole := len(body) >= n
		if whole {
			body = body[:n]
		}
		switch kind {
		case recHandshake:
			if whole && len(c.w.hs) == 0 { // as is the rule
				tlsMessages(c, note, body)
				break
			}
			if whole || len(c.w.hs) > 0 || n > len(b) { // a cut message may still hold what is wanted
				at := len(c.w.hs)
				c.w.hs = grow(c.w.hs, at+len(body))
				copy(c.w.hs[at:], body)
			}
			if whole {
				tlsMessages(c, note, c.w.hs)
			} else {
				tlsCut(c, note)
			}
		case recChangeCipher, recData:
			if *note&tlsNamed == 0 && whole {
				tlsMidway(c, note)
			}
			*note |= tlsEncrypted0 << c.Dir()
			c.w.hs = c.w.hs[:0]
		case recAlert:
			if *note&tlsNamed == 0 && whole {
				tlsMidway(c, note)
			}
			if whole && n == 2 && *note&tlsNamed != 0 {
				if body[0] == 2 {
					c.Risk(riskTlsFatalAlert)
				}
				return Found
			}
		}
		if !whole {
			break
		}
		off += 5 + n
		if len(c.w.hs) == 0 {
			read = off
		}
		if *note&(tlsEncrypted0<<c.Dir()) != 0 {
			break
		}
	}
	if *note&tlsNamed != 0 {
		c.Consume(read)
	} else if helloBegins(b) {
		c.Claim()
	}
	return undecided(c, *note)
}

// helloBegins says that b begins like a ClientHello (RFC 8446, section 4.1.2) in a record
// of its own, which its length does not contradict.
func helloBegins(b []byte) bool {
	return len(b) >= 11 && b[0] == recHandshake && b[5] == hsClientHello && be24(b[6:])+4 >= be16(b[3:]) && b[9] == 3 && b[10] <= 4
}

// tlsMidway names a flow whose handshake was not seen by a packet that is made
// of whole records.
func tlsMidway(c *Context, note *uint64) {
	b := c.B
	for len(b) > 0 {
		if !tlsRecord(b) || b[2] == 0 || b[2] > 3 || 5+be16(b[3:]) > len(b) {
			return
		}
		b = b[5+be16(b[3:]):]
	}
	*note |= tlsNamed | tlsEncrypted0 | tlsEncrypted1
	c.Set(tlsMaster(c), 0)
}

// undecided says whether more packets can add to what is known.
func undecided(c *Context, note uint64) Verdict {
	if note&tlsNamed == 0 {
		return More // until the packet limit: a hello can come in small pieces
	}
	return done(note)
}

func done(note uint64) Verdict {
	server := note&tlsServerSeen != 0
	if server && note&tlsClientSeen != 0 && (note&tlsCertSeen != 0 || note&tlsEncrypted1 != 0) {
		return Found
	}
	if note&tlsEncrypted0 != 0 && note&tlsEncrypted1 != 0 {
		return Found
	}
	return FoundMore
}

// tlsRecord reports a plausible record header.
func tlsRecord(b []byte) bool {
	return len(b) >= 5 && b[0] >= recChangeCipher && b[0] <= recData && b[1] == 3 && b[2] <= 4 && be16(b[3:]) <= 16384+2048
}

// ssl2Hello reports a ClientHello in SSL 2.0 framing (RFC 5246, appendix E.2).
func ssl2Hello(b []byte) bool {
	return len(b) >= 11 && b[0] == 0x80 && int(b[1])+2 == len(b) && b[2] == hsClientHello &&
		(b[3] == 3 && b[4] <= 3 || b[3] == 0 && b[4] == 2) && be16(b[5:])%3 == 0 && be16(b[5:]) > 0
}

// tlsMessages reads the complete handshake messages in h and leaves the rest in
// c.w.hs.
func tlsMessages(c *Context, note *uint64, h []byte) {
	for len(h) >= 4 {
		n := be24(h[1:])
		if len(h)-4 < n {
			break
		}
		tlsMessage(c, note, h[0], h[4:4+n])
		h = h[4+n:]
	}
	c.w.hs = grow(c.w.hs, len(h))
	copy(c.w.hs, h)
}

// tlsCut reads a message whose record has not arrived as a whole: the first
// certificate of a long chain is complete long before the chain is.
func tlsCut(c *Context, note *uint64) {
	h := c.w.hs
	for len(h) >= 4 && len(h)-4 >= be24(h[1:]) {
		tlsMessage(c, note, h[0], h[4:4+be24(h[1:])])
		h = h[4+be24(h[1:]):]
	}
	if len(h) > 10 && h[0] == hsCertificate && len(h) >= 10+be24(h[7:]) {
		tlsMessage(c, note, h[0], h[4:])
	}
}

func tlsMessage(c *Context, note *uint64, kind byte, body []byte) {
	switch kind {
	case hsClientHello:
		if *note&tlsClientSeen == 0 {
			if h := parseHello(body, false); h != nil {
				*note |= tlsClientSeen | tlsNamed
				tlsClient(c, h, 't', tlsMaster(c))
				h.release()
			}
		}
	case hsServerHello:
		if *note&tlsServerSeen == 0 {
			if h, ok := parseServerHello(body); ok {
				*note |= tlsServerSeen
				tlsServer(c, &h)
				if *note&tlsNamed == 0 {
					*note |= tlsNamed
					c.Set(tlsMaster(c), 0)
				}
			}
		}
	case hsCertificate:
		if *note&tlsCertSeen == 0 {
			*note |= tlsCertSeen
			tlsCertificate(c, body, tlsMaster(c))
			*note |= tlsNamed
		}
	}
}

// tlsMaster is the protocol that the port makes of TLS (RFC 8314).
func tlsMaster(c *Context) uint16 {
	if c.L4 == UDP {
		return idDtls
	}
	switch {
	case c.Port(465, 587):
		return idMailSmtps
	case c.Port(993):
		return idMailImaps
	case c.Port(995):
		return idMailPops
	}
	return idTls
}

// tlsClient takes over what a ClientHello says and names the flow.
func tlsClient(c *Context, h *clientHello, transport byte, master uint16) {
	m := c.Meta()
	m.JA4 = h.ja4(transport, c.E.cfg.TableYear == 2024)
	m.JA3Client = h.ja3()
	c.w.srtp = h.srtp
	helloRisks(c, h, m)
	m.TLSALPN = strings.Join(h.alpn, ",")
	var v []string
	for _, x := range h.versions {
		if !grease(x) {
			v = append(v, versionName(x))
		}
	}
	m.TLSSupportedVersions = strings.Join(v, ",")
	if m.TLSVersion == 0 {
		m.TLSVersion = h.version
	}
	var app uint16
	if h.sni != "" {
		app = c.Host(h.sni, master)
		if IsNumeric(h.sni) {
			c.Risk(riskNumericIpHost)
		}
	} else if !h.esni && !h.srtp && h.version >= 0x0302 {
		c.Risk(riskTlsMissingSni)
		for _, a := range h.alpn {
			if strings.HasPrefix(a, "h") { // a web protocol, yet no name of a site
				c.Risk(riskTlsAlpnSniMismatch)
			}
		}
	}
	if h.version < 0x0303 {
		c.Risk(riskTlsObsoleteVersion)
	}
	if h.version >= 0x0303 && !h.srtp && len(h.alpn) == 0 {
		c.Risk(riskTlsNotCarryingHttps)
	}
	if h.esni && h.sni != "" {
		c.Risk(riskTlsSuspiciousEsniUsage)
	}
	// DNS over TLS (RFC 7858) and over QUIC (RFC 9250).
	if app == 0 && (slices.Contains(h.alpn, "dot") || slices.Contains(h.alpn, "doq") || c.Port(853)) {
		app = idDohDot
	}
	c.Set(master, app)
}

// tlsServer takes over what a ServerHello says.
func tlsServer(c *Context, h *serverHello) {
	m := c.Meta()
	m.TLSVersion, m.TLSCipher, m.JA3Server = h.version, h.cipher, h.ja3s()
	if weakCiphers[h.cipher] {
		c.Risk(riskTlsWeakCipher)
	}
	if v := h.version; v >= 0x0300 && v < 0x0303 {
		c.Risk(riskTlsObsoleteVersion)
	}
}

// weakCiphers are suites without forward secrecy or with 64-bit blocks that
// nDPI calls weak (ids of the IANA TLS registry).
var weakCiphers = map[uint16]bool{
	0x0007: true, 0x000a: true, 0x0016: true, 0x002f: true, 0x0035: true, 0x003c: true, 0x003d: true, 0x0041: true,
	0x0084: true, 0x0096: true, 0x009c: true, 0x009d: true, 0xc012: true,
}

// tlsCertificate reads the first certificate of a chain (RFC 5246, 7.4.2).
func tlsCertificate(c *Context, body []byte, master uint16) {
	if !c.S.found {
		c.Set(master, 0)
	}
	if len(body) < 6 {
		return
	}
	n := be24(body[3:])
	if n > len(body)-6 {
		n = len(body) - 6
	}
	cert, ok := parseCertificate(body[6 : 6+n])
	if !ok {
		return
	}
	m := c.Meta()
	m.TLSIssuer, m.TLSSubject, m.TLSNames = cert.issuer, cert.subject, strings.Join(cert.names, ",")
	m.TLSNotBefore, m.TLSNotAfter = cert.notBefore, cert.notAfter
	certRisks(c, &cert, m)
	if c.S.res.Master != 0 {
		return // the host name has named it
	}
	if app := c.E.certHost(&cert); app != 0 {
		c.Set(master, app)
	} else if app := c.E.certApp(&cert); app != 0 {
		c.Set(master, app)
	}
}

// certHost looks the alternative names up among the host names.
func (e *Engine) certHost(cert *certificate) uint16 {
	if !cert.altNames {
		return 0
	}
	for _, n := range cert.names {
		if en, hit := e.hosts.find(strings.TrimPrefix(n, "*.")); hit {
			return en.proto
		}
	}
	return 0
}

// certApp looks issuer and subject up in the certificate patterns.
func (e *Engine) certApp(cert *certificate) uint16 {
	for _, p := range e.certs {
		if strings.Contains(cert.subject, p.text) || strings.Contains(cert.issuer, p.text) {
			return p.proto
		}
	}
	return 0
}

func certRisks(c *Context, cert *certificate, m *Metadata) {
	u := c.E.Custom()
	if u != nil && u.badSHA1[cert.sha1] {
		c.Risk(riskMaliciousSha1Certificate)
	}
	for _, n := range cert.names {
		if cert.altNames && invalidHost([]byte(strings.TrimPrefix(n, "*"))) {
			c.Risk(riskInvalidCharacters)
			c.Risk(riskPossibleExploit)
		}
	}
	if c.w.srtp {
		return // calls make their own certificates for a month or so (RFC 8827, 5.6)
	}
	if cert.selfSigned && (u == nil || !u.issuers[cert.issuer]) {
		c.Risk(riskTlsSelfsignedCertificate)
	}
	now := c.P.Time / 1e9
	const day = 24 * 3600
	if cert.notBefore != 0 && cert.notAfter != 0 {
		if now < cert.notBefore || now > cert.notAfter {
			c.Risk(riskTlsCertificateExpired)
		} else if now > cert.notAfter-30*day {
			c.Risk(riskTlsCertificateAboutToExpire)
		}
		// CA/Browser Forum baseline requirements 1.6.3: 398 days from September 2020.
		if cert.notBefore >= 1598918400 && cert.notAfter-cert.notBefore > 398*day {
			c.Risk(riskTlsCertValidityTooLong)
		}
	}
	if m.HostName != "" && cert.altNames && !cert.covers(m.HostName) {
		c.Risk(riskTlsCertificateMismatch)
	}
}
