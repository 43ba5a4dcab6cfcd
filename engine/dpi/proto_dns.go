package dpi

import (
	"net/netip"
	"strings"
)

// DNS (RFC 1035), multicast DNS (RFC 6762) and LLMNR (RFC 4795), which share
// the message format.

func init() {
	Register(Dissector{ID: idDns, Name: "DNS", L4: TCP | UDP, Ports: []uint16{53}, Min: 12, OnlyPorts: true, Extra: 3, Priority: -5, Func: dissectDNS})
	Register(Dissector{ID: idMdns, Name: "MDNS", L4: UDP, Ports: []uint16{5353, 5354}, Min: 12, OnlyPorts: true, Extra: 1, Func: dissectMDNS})
	Register(Dissector{ID: idLlmnr, Name: "LLMNR", L4: TCP | UDP, Ports: []uint16{5355}, Min: 12, OnlyPorts: true, Extra: 2, Func: dissectLLMNR})
}

// dnsMessage is what is read from a message.
type dnsMessage struct {
	response  bool
	rcode     uint16
	questions int
	answers   int
	name      string // of the first question
	qtype     uint16
	addr      netip.Addr // first A or AAAA answer
	owner     string     // name of the first address or text record in any section
	badName   bool
	malformed bool // a question that is cut, too long or of type 0
	zeroTTL   bool // an answer that must not be kept
	obsolete  bool // an answer of a type that is out of use
}

// parseDNS reads a message. It reports false for bytes that cannot be one.
func parseDNS(b []byte, known string) (m dnsMessage, ok bool) {
	if len(b) < 12 {
		return m, false
	}
	flags := be16(b[2:])
	m.response, m.rcode = flags&0x8000 != 0, uint16(flags&15)
	opcode := flags >> 11 & 15
	m.questions, m.answers = be16(b[4:]), be16(b[6:])
	auth, extra := be16(b[8:]), be16(b[10:])
	if opcode > 6 || opcode == 3 || m.questions > 64 || m.answers > 256 || auth > 256 || extra > 256 {
		return m, false
	}
	if m.questions+m.answers+auth+extra == 0 && !m.response {
		return m, false
	}
	off := 12
	for i := range m.questions {
		name, next, good := dnsName(b, off, known)
		if next == 0 || next+4 > len(b) || be16(b[next:]) == 0 {
			m.malformed = true
			return m, i > 0 || next != 0
		}
		if i == 0 {
			m.name, m.badName, m.qtype = name, !good, uint16(be16(b[next:]))
		}
		off = next + 4
	}
	var skipped dnsText
	for i := range min(m.answers+auth+extra, 32) {
		_, next, _ := skipped.read(b, off)
		if next == 0 || next+10 > len(b) {
			break
		}
		kind, n := be16(b[next:]), be16(b[next+8:])
		if i < m.answers {
			m.zeroTTL = m.zeroTTL || be32(b[next+4:]) == 0
			m.obsolete = m.obsolete || i == 0 && dnsObsolete(kind)
		}
		data := next + 10
		if data+n > len(b) {
			break
		}
		if kind == 1 && n == 4 || kind == 28 && n == 16 {
			if !m.addr.IsValid() && i < m.answers {
				m.addr, _ = netip.AddrFromSlice(b[data : data+n])
			}
		}
		if m.owner == "" && (kind == 1 || kind == 28 || kind == 16) {
			m.owner, _, _ = dnsName(b, off, m.name)
		}
		if m.questions == 0 && m.name == "" && i < m.answers {
			m.name, _, _ = dnsName(b, off)
		}
		off = data + n
	}
	return m, true
}

// dnsText is room for a name.
type dnsText [256]byte

// read reads a possibly compressed name of n bytes at off. next is the offset behind
// it, 0 when the message ends inside; good is false for odd characters.
func (out *dnsText) read(b []byte, off int) (n, next int, good bool) {
	good = true
	for jumps := 0; off < len(b); {
		l := int(b[off])
		switch {
		case l == 0:
			if next == 0 {
				next = off + 1
			}
			return n, next, good
		case l&0xc0 == 0xc0:
			if off+1 >= len(b) {
				return 0, 0, false
			}
			if next == 0 {
				next = off + 2
			}
			off = be16(b[off:]) & 0x3fff
			if jumps++; jumps > 16 {
				return n, next, false
			}
		case l&0xc0 != 0:
			return 0, 0, false
		default:
			if off+1+l > len(b) || n+l+1 > len(out) {
				return 0, 0, false
			}
			if n > 0 {
				out[n] = '.'
				n++
			}
			for _, c := range b[off+1 : off+1+l] {
				c = lower(c)
				if c < ' ' || c == 0x7f {
					c = '?'
				}
				good = good && (alnum(c) || c == '-' || c == '_')
				out[n] = c
				n++
			}
			off += 1 + l
		}
	}
	return 0, 0, false
}

// dnsName is the name at off. It is one of known, where it equals that, which costs no
// memory of its own.
func dnsName(b []byte, off int, known ...string) (name string, next int, good bool) {
	var out dnsText
	n, next, good := out.read(b, off)
	for _, k := range known {
		if string(out[:n]) == k {
			return k, next, good
		}
	}
	return string(out[:n]), next, good
}

// dnsBody strips the length that precedes messages over TCP.
func dnsBody(c *Context) []byte {
	if c.L4 == UDP {
		return c.B
	}
	b := c.Stream()
	if len(b) < 14 {
		return nil
	}
	if n := be16(b); n <= len(b)-2 {
		return b[2 : 2+n]
	} else if n > c.E.cfg.MaxReassembly {
		return nil
	}
	return b[2:]
}

func dissectDNS(c *Context) Verdict {
	b := dnsBody(c)
	if b == nil {
		if c.N() > 4 {
			return No
		}
		return More
	}
	known := ""
	if c.S.meta != nil {
		known = c.S.meta.DNSQuery // the answer repeats it
	}
	m, ok := parseDNS(b, known)
	if !ok {
		if c.S.found {
			return FoundMore
		}
		return No
	}
	meta := c.Meta()
	if m.response {
		meta.DNSHasReply, meta.DNSReplyCode, meta.DNSNumAnswers = true, m.rcode, m.answers
		if m.addr.IsValid() {
			meta.DNSReply = m.addr
		}
		if m.rcode != 0 {
			c.Risk(riskErrorCodeDetected)
		}
		if m.zeroTTL {
			c.Risk(riskMinorIssues)
		}
		if m.rcode == 0 && c.S.res.Risks&(1<<riskSuspiciousDgaDomain) != 0 {
			c.Risk(riskRiskyDomain) // a name that looks made up, and exists
		}
	}
	dnsRisks(c, &m)
	if !c.S.found || meta.DNSQuery == "" {
		if m.badName {
			m.name = dnsClean(m.name)
		}
		meta.DNSQuery, meta.DNSQueryType = m.name, m.qtype
		var app uint16
		if m.name != "" && !isReverse(m.name) {
			app = c.Host(m.name, idDns)
		} else {
			meta.HostName = m.name
		}
		c.Set(idDns, app)
	}
	if m.response {
		return Found
	}
	return FoundMore
}

// dnsRisks marks what a message of either side shows.
func dnsRisks(c *Context, m *dnsMessage) {
	if c.L4 == UDP && c.P.PayloadLen > 512 {
		c.Risk(riskDnsLargePacket)
	}
	if c.P.Fragment {
		c.Risk(riskDnsFragmented)
	}
	if m.malformed {
		c.Risk(riskMalformedPacket)
	}
	if m.badName {
		c.Risk(riskInvalidCharacters)
	}
	if m.obsolete || dnsObsolete(int(m.qtype)) {
		c.Risk(riskDnsSuspiciousTraffic)
	}
	// Data smuggled out goes into the first label.
	if i := strings.IndexByte(m.name, '.'); i > 48 && !isReverse(m.name) {
		for _, d := range longNames {
			if strings.HasSuffix(m.name, d) {
				return
			}
		}
		c.Risk(riskDnsSuspiciousTraffic)
	}
}

// longNames are services whose names are long by design.
var longNames = []string{"multi.surbl.org", "spamhaus.org", "rackcdn.com", "akamaiedge.net", "mx-verification.google.com", "amazonaws.com"}

// dnsObsolete reports types that are out of use: experimental, withdrawn or
// never assigned a purpose (IANA DNS parameters; Wikipedia, "List of DNS record
// types", section "Obsolete record types").
func dnsObsolete(kind int) bool {
	switch {
	case kind == 3, kind == 4, kind >= 7 && kind <= 11, kind == 13, kind == 14, kind == 17, kind >= 19 && kind <= 27,
		kind == 30, kind == 31, kind == 32, kind == 34, kind == 38, kind == 40, kind == 42, kind >= 56 && kind <= 58,
		kind >= 99 && kind <= 107, kind == 253, kind == 254, kind == 259:
		return true
	}
	return false
}

// dnsClean replaces what no host name holds (RFC 1123, 2.1) by '_', as it is
// shown and matched.
func dnsClean(name string) string {
	b := []byte(name)
	for i, c := range b {
		if !alnum(c) && c != '-' && c != '.' && c != ':' {
			b[i] = '_'
		}
	}
	return string(b)
}

// isReverse reports a name of the address-to-name trees (RFC 1035, RFC 3596).
func isReverse(name string) bool {
	return strings.HasSuffix(name, ".in-addr.arpa") || strings.HasSuffix(name, ".ip6.arpa")
}

func dissectMDNS(c *Context) Verdict {
	m, ok := parseDNS(c.B, "")
	if !ok {
		return No
	}
	if m.name != "" {
		meta := c.Meta()
		meta.HostName = m.name
	}
	// What is asked for says nothing of who asks; what is announced does.
	if m.response && m.owner != "" {
		c.Meta().MDNSName = m.owner
	}
	return c.Found(idMdns)
}

func dissectLLMNR(c *Context) Verdict {
	b := dnsBody(c)
	if b == nil {
		return More
	}
	m, ok := parseDNS(b, "")
	if !ok {
		return No
	}
	if m.name != "" {
		c.Meta().HostName = hostText([]byte(m.name))
	}
	return c.Found(idLlmnr)
}
