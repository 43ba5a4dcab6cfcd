package capture

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// maxFilterDepth bounds nesting.
const maxFilterDepth = 200

// filterNode is a node of an expression; gen writes code that goes to t when it
// holds and to f when not.
type filterNode interface {
	gen(g *filterGen, t, f label)
}

type (
	andNode  struct{ a, b filterNode }
	orNode   struct{ a, b filterNode }
	notNode  struct{ a filterNode }
	testNode func(g *filterGen, t, f label)
)

// filterParser is a recursive-descent parser. As in libpcap, and and or have
// the same precedence and group to the left; not binds tighter.
type filterParser struct {
	toks     []filterToken
	pos      int
	depth    int
	last     qualifiers // what a bare value means
	usesVLAN bool
}

// qualifiers are the words before a value.
type qualifiers struct {
	proto string
	dir   direction
	typ   string
}

type direction uint8

const (
	srcOrDst direction = iota
	srcOnly
	dstOnly
	srcAndDst
)

var errFilterEnd = errors.New("ends unexpectedly")

func (p *filterParser) parse() (filterNode, error) {
	n, err := p.expr()
	if err != nil {
		return nil, err
	}
	if t, ok := p.peek(); ok {
		return nil, fmt.Errorf("unexpected %q", t.text)
	}
	return n, nil
}

func (p *filterParser) peek() (filterToken, bool) {
	if p.pos >= len(p.toks) {
		return filterToken{}, false
	}
	return p.toks[p.pos], true
}

// accept takes the next token when it is one of these.
func (p *filterParser) accept(texts ...string) (string, bool) {
	t, ok := p.peek()
	if !ok || t.escaped {
		return "", false
	}
	for _, s := range texts {
		if t.text == s {
			p.pos++
			return s, true
		}
	}
	return "", false
}

func (p *filterParser) expr() (filterNode, error) {
	if p.depth++; p.depth > maxFilterDepth {
		return nil, errors.New("nested too deeply")
	}
	defer func() { p.depth-- }()
	n, err := p.unary()
	for err == nil {
		op, ok := p.accept("and", "&&", "or", "||")
		if !ok {
			return n, nil
		}
		var right filterNode
		if right, err = p.unary(); err != nil {
			break
		}
		if op == "and" || op == "&&" {
			n = andNode{n, right}
		} else {
			n = orNode{n, right}
		}
	}
	return nil, err
}

func (p *filterParser) unary() (filterNode, error) {
	if _, ok := p.accept("not", "!"); ok {
		if p.depth++; p.depth > maxFilterDepth {
			return nil, errors.New("nested too deeply")
		}
		n, err := p.unary()
		p.depth--
		if err != nil {
			return nil, err
		}
		return notNode{n}, nil
	}
	start := p.pos
	if n, err := p.relation(); err == nil {
		return n, nil
	} else if !errors.Is(err, errNoRelation) {
		return nil, err
	}
	p.pos = start
	if _, ok := p.accept("("); ok {
		n, err := p.expr()
		if err != nil {
			return nil, err
		}
		if _, ok := p.accept(")"); !ok {
			return nil, errors.New("missing )")
		}
		return n, nil
	}
	return p.primitive()
}

// filterProtos are the words that may stand before a direction or type.
var filterProtos = map[string]bool{
	"ether": true, "ip": true, "ip6": true, "arp": true, "rarp": true, "tcp": true, "udp": true, "sctp": true,
	"icmp": true, "icmp6": true, "igmp": true, "esp": true, "ah": true, "pim": true, "vrrp": true,
}

// primitive reads qualifiers and a value, or a word that stands alone.
func (p *filterParser) primitive() (filterNode, error) {
	t, ok := p.peek()
	if !ok {
		return nil, errFilterEnd
	}
	if n, ok, err := p.special(); ok || err != nil {
		return n, err
	}
	var q qualifiers
	qualified := false
	if !t.escaped && filterProtos[t.text] {
		q.proto, qualified = t.text, true
		p.pos++
	}
	if dir, ok, err := p.direction(); err != nil {
		return nil, err
	} else if ok {
		q.dir, qualified = dir, true
	}
	if typ, ok := p.accept("host", "net", "port", "portrange", "proto"); ok {
		q.typ, qualified = typ, true
	} else if _, ok := p.accept("broadcast"); ok && q.dir == srcOrDst {
		return castNode(q.proto, true)
	} else if _, ok := p.accept("multicast"); ok && q.dir == srcOrDst {
		return castNode(q.proto, false)
	}
	if !qualified {
		if p.last == (qualifiers{}) {
			return p.value(qualifiers{typ: "host"})
		}
		return p.value(p.last)
	}
	v, ok := p.peek()
	value := ok && v.word && (v.escaped || !isFilterKeyword(v.text))
	switch {
	case !value && q.proto != "" && q.typ == "" && q.dir == srcOrDst:
		return protoNode(q.proto)
	case !value:
		return nil, fmt.Errorf("value expected after %q", p.toks[p.pos-1].text)
	case q.typ == "":
		q.typ = "host"
	}
	p.last = q
	return p.value(q)
}

// isFilterKeyword tells a word that continues an expression from a value.
func isFilterKeyword(s string) bool {
	switch s {
	case "and", "or", "not", "src", "dst", "host", "net", "port", "portrange", "proto", "vlan", "mpls",
		"broadcast", "multicast", "less", "greater", "len", "gateway", "inbound", "outbound":
		return true
	}
	return filterProtos[s]
}

// direction reads src, dst, "src or dst" and "src and dst".
func (p *filterParser) direction() (direction, bool, error) {
	first, ok := p.accept("src", "dst")
	if !ok {
		return srcOrDst, false, nil
	}
	start := p.pos
	if op, ok := p.accept("or", "and", "||", "&&"); ok {
		if second, ok := p.accept("src", "dst"); ok && second != first {
			// "src or dst X" has its value after both; "src A or dst B" does not get here.
			if op == "or" || op == "||" {
				return srcOrDst, true, nil
			}
			return srcAndDst, true, nil
		}
		p.pos = start
	}
	if first == "src" {
		return srcOnly, true, nil
	}
	return dstOnly, true, nil
}

// special reads the words that have their own form.
func (p *filterParser) special() (filterNode, bool, error) {
	word, ok := p.accept("vlan", "mpls", "less", "greater", "gateway", "inbound", "outbound", "pppoes", "pppoed", "broadcast", "multicast", "wlan", "ifname", "on")
	if !ok {
		return nil, false, nil
	}
	switch word {
	case "broadcast", "multicast":
		n, err := castNode("", word == "broadcast")
		return n, true, err
	case "vlan", "mpls":
		id := int64(-1)
		if t, ok := p.peek(); ok && t.word {
			if v, err := strconv.ParseInt(t.text, 0, 32); err == nil {
				id = v
				p.pos++
			}
		}
		if word == "vlan" {
			p.usesVLAN = true
			if id > 4095 {
				return nil, true, fmt.Errorf("VLAN %d: want at most 4095", id)
			}
			return vlanNode(id), true, nil
		}
		if id > 1<<20-1 {
			return nil, true, fmt.Errorf("MPLS label %d: want at most 1048575", id)
		}
		return mplsNode(id), true, nil
	case "less", "greater":
		t, ok := p.peek()
		if !ok {
			return nil, true, errFilterEnd
		}
		v, err := strconv.ParseUint(t.text, 0, 32)
		if err != nil {
			return nil, true, fmt.Errorf("%s: %q is no length", word, t.text)
		}
		p.pos++
		return lengthNode(word == "greater", uint32(v)), true, nil
	}
	return nil, true, fmt.Errorf("%q is not supported", word)
}

// value reads the value of a primitive.
func (p *filterParser) value(q qualifiers) (filterNode, error) {
	t, ok := p.peek()
	if !ok {
		return nil, errFilterEnd
	}
	if !t.word {
		return nil, fmt.Errorf("unexpected %q", t.text)
	}
	p.pos++
	switch q.typ {
	case "port", "portrange":
		lo, hi, err := portValue(q, t.text)
		if err != nil {
			return nil, err
		}
		return portNode(q, lo, hi)
	case "proto":
		return protoValue(q, t.text)
	case "net":
		prefix, err := p.netValue(t.text)
		if err != nil {
			return nil, err
		}
		return addrNode(q, prefix)
	}
	if mac, err := net.ParseMAC(t.text); err == nil && len(mac) == 6 && (q.proto == "ether" || strings.Count(t.text, ":") == 5) {
		return macNode(q, [6]byte(mac))
	}
	addr, err := netip.ParseAddr(t.text)
	if err != nil {
		if !t.escaped && !p.everQualified() && len(p.toks) == 1 {
			return nil, fmt.Errorf("%q is neither a keyword nor an address", t.text)
		}
		return nil, fmt.Errorf("%q is no address (names of hosts are not resolved)", t.text)
	}
	return addrNode(q, netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()))
}

func (p *filterParser) everQualified() bool { return p.last != (qualifiers{}) }

// netValue reads a network: with a prefix length, with a mask, or as one to
// four numbers that each stand for eight bits.
func (p *filterParser) netValue(s string) (netip.Prefix, error) {
	bad := fmt.Errorf("%q is no network", s)
	base, bitsText, slash := strings.Cut(s, "/")
	addr, err := netip.ParseAddr(base)
	bits := 0
	if err == nil {
		bits = addr.BitLen()
	} else {
		parts := strings.Split(base, ".")
		if len(parts) > 3 {
			return netip.Prefix{}, bad
		}
		bits = 8 * len(parts)
		for len(parts) < 4 {
			parts = append(parts, "0")
		}
		if addr, err = netip.ParseAddr(strings.Join(parts, ".")); err != nil {
			return netip.Prefix{}, bad
		}
	}
	if slash {
		if bits, err = strconv.Atoi(bitsText); err != nil || bits < 0 || bits > addr.BitLen() {
			return netip.Prefix{}, bad
		}
	} else if _, ok := p.accept("mask"); ok {
		t, ok := p.peek()
		if !ok {
			return netip.Prefix{}, errFilterEnd
		}
		mask, err := netip.ParseAddr(t.text)
		if err != nil || !mask.Is4() || !addr.Is4() {
			return netip.Prefix{}, fmt.Errorf("%q is no network mask", t.text)
		}
		m := mask.As4()
		ones, total := net.IPMask(m[:]).Size()
		if total == 0 {
			return netip.Prefix{}, fmt.Errorf("%q is no contiguous network mask", t.text)
		}
		p.pos++
		bits = ones
	}
	prefix := netip.PrefixFrom(addr, bits)
	if prefix.Masked().Addr() != addr {
		return netip.Prefix{}, fmt.Errorf("network %q has bits set outside its mask", s)
	}
	return prefix, nil
}

// portValue reads a port, a service name or a range.
func portValue(q qualifiers, s string) (lo, hi uint16, err error) {
	loText, hiText, isRange := strings.Cut(s, "-")
	if q.typ == "port" {
		loText, isRange = s, false
	}
	if lo, err = onePort(q.proto, loText); err != nil {
		return 0, 0, err
	}
	if !isRange {
		return lo, lo, nil
	}
	if hi, err = onePort(q.proto, hiText); err != nil {
		return 0, 0, err
	}
	return min(lo, hi), max(lo, hi), nil
}

func onePort(proto, s string) (uint16, error) {
	if v, err := strconv.ParseUint(s, 0, 16); err == nil {
		return uint16(v), nil
	}
	for _, network := range []string{"tcp", "udp"} {
		if proto == "" || proto == network {
			if v, err := net.LookupPort(network, s); err == nil && !strings.ContainsAny(s, "0123456789") {
				return uint16(v), nil
			}
		}
	}
	return 0, fmt.Errorf("%q is no port", s)
}
