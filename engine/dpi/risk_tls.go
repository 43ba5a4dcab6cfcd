package dpi

import (
	"strconv"
	"strings"
)

// Risks of TLS, DTLS and QUIC handshakes that do not follow from one field alone.

func helloRisks(c *Context, h *clientHello, m *Metadata) {
	for _, id := range h.extensions {
		if !knownExtension(id) || c.L4 == TCP && (id == 53 || id == 54) { // connection ids are for DTLS
			c.Risk(riskTlsSuspiciousExtension)
		}
	}
	if h.cut {
		c.Risk(riskTlsSuspiciousExtension)
	}
	if h.padding > 500 {
		c.Risk(riskObfuscatedTraffic) // longer than any reason for it (RFC 7685)
	}
	for _, a := range h.alpn {
		if !commonALPN[a] && !strings.HasPrefix(a, "h3-") && !strings.HasPrefix(a, "hq-") && !(len(a) == 2 && grease(uint16(a[0])<<8|uint16(a[1]))) {
			c.Risk(riskTlsUncommonAlpn)
		}
	}
	if h.sni != "" && invalidHost([]byte(h.sni)) {
		c.Risk(riskInvalidCharacters)
		c.Risk(riskPossibleExploit)
	}
	if u := c.E.Custom(); u != nil && (u.badJA4[m.JA4] || u.badJA3[m.JA3Client]) {
		c.Risk(riskMaliciousFingerprint)
	}
}

// knownExtension reports an extension that is assigned (IANA, TLS ExtensionType
// Values), reserved at random (RFC 8701), or of a known private use: next
// protocol negotiation, channel id, application settings, QUIC parameters and
// encrypted names of drafts.
func knownExtension(id uint16) bool {
	switch id {
	case 65281, 13172, 17513, 17613, 30032, 65445, 65486, extECH, 65279, 65413, 57363, 52243, 52244, 16696, 1035, 102, 129:
		return true
	}
	return id <= 59 || grease(id)
}

// commonALPN are protocol names of the IANA registry (TLS ALPN Protocol IDs)
// that are met, and those that browsers and phones are known to use.
var commonALPN = func() map[string]bool {
	m := map[string]bool{}
	for _, a := range strings.Fields(`http/0.9 http/1.0 http/1.1 spdy/1 spdy/2 spdy/3 spdy/3.1 stun.turn stun.nat-discovery
		h2 h2c h2-16 h2-15 h2-14 h2-fb h3 webrtc c-webrtc ftp imap pop3 managesieve coap xmpp-client xmpp-server acme-tls/1
		mqtt dot ntske/1 sunrpc smb irc h1q-fb doq-i00 apns-security-v3 apns-pack-v1 doq`) {
		m[a] = true
	}
	return m
}()

// ja3 computes the JA3 client fingerprint (salesforce/ja3): the MD5 of version,
// ciphers, extensions, groups and point formats without the random values.
func (h *clientHello) ja3() string {
	b := strconv.AppendUint(make([]byte, 0, 512), uint64(h.version), 10)
	for _, list := range [][]uint16{h.ciphers, h.extensions, h.groups} {
		b = append(b, ',')
		b = appendList(b, list)
	}
	b = append(b, ',')
	for i, p := range h.points {
		if i > 0 {
			b = append(b, '-')
		}
		b = strconv.AppendUint(b, uint64(p), 10)
	}
	return md5Digits(b)
}

func appendList(b []byte, list []uint16) []byte {
	first := true
	for _, v := range list {
		if grease(v) {
			continue
		}
		if !first {
			b = append(b, '-')
		}
		b = strconv.AppendUint(b, uint64(v), 10)
		first = false
	}
	return b
}
