package profile

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Flow is what filters are asked about.
type Flow struct {
	Client, Server   netip.Addr
	CliPort, SrvPort uint16
	VLAN             uint16
	Proto            uint8  // IP protocol
	Master, App      uint16 // 0 until they are known
}

// Filter selects flows. Its language is that of packet filters as far as flows
// have what is asked for:
//
//	[ip|ip6|tcp|udp|sctp|icmp] [src|dst|src or dst|src and dst] [host|net|port|portrange] value
//	ip, ip6, tcp, udp, sctp, icmp, icmp6; proto N; vlan [N]; l7proto NAME or N
//
// with and, or, not and parentheses; src is the client and dst the server. and
// binds tighter than or.
type Filter struct {
	match func(f *Flow) bool
}

// Match says whether the filter selects f.
func (x *Filter) Match(f *Flow) bool { return x.match(f) }

// Limits of a filter.
const (
	maxTokens = 1000
	maxDepth  = 100
)

// Compile reads a filter. protocol finds an application protocol by its name, in
// whatever case.
func Compile(text string, protocol func(name string) (uint16, bool)) (*Filter, error) {
	toks, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{toks: toks, protocol: protocol}
	m, err := p.or()
	if err == nil && len(p.toks) > 0 {
		err = fmt.Errorf("unexpected %q", p.toks[0])
	}
	if err != nil {
		return nil, fmt.Errorf("filter %q: %w", text, err)
	}
	return &Filter{m}, nil
}

// lex splits a filter into words and operators; quotes hold words together.
func lex(s string) (toks []string, err error) {
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		if len(toks) >= maxTokens {
			return nil, errors.New("too long")
		}
		n := 1
		switch {
		case strings.HasPrefix(s, "&&"), strings.HasPrefix(s, "||"):
			n = 2
		case strings.ContainsRune("()!", rune(s[0])):
		case s[0] == '"' || s[0] == '\'':
			end := strings.IndexByte(s[1:], s[0])
			if end < 0 {
				return nil, errors.New("a quote is not closed")
			}
			toks, s = append(toks, s[1:1+end]), s[end+2:]
			continue
		default:
			if n = strings.IndexAny(s, " \t\r\n()!&|\"'"); n < 0 {
				n = len(s)
			}
			if n == 0 {
				return nil, fmt.Errorf("unexpected %q", s[:1])
			}
		}
		toks, s = append(toks, s[:n]), s[n:]
	}
	return toks, nil
}

type test = func(f *Flow) bool

type parser struct {
	toks     []string
	depth    int
	protocol func(name string) (uint16, bool)
}

// accept takes the next token when it is one of these.
func (p *parser) accept(words ...string) (string, bool) {
	if len(p.toks) == 0 {
		return "", false
	}
	t := strings.ToLower(p.toks[0])
	if !slices.Contains(words, t) {
		return "", false
	}
	p.toks = p.toks[1:]
	return t, true
}

func (p *parser) next() (string, error) {
	if len(p.toks) == 0 {
		return "", errors.New("ends unexpectedly")
	}
	t := p.toks[0]
	p.toks = p.toks[1:]
	return t, nil
}

func (p *parser) or() (test, error) {
	a, err := p.and()
	for err == nil {
		if _, more := p.accept("or", "||"); !more {
			return a, nil
		}
		left := a
		var right test
		if right, err = p.and(); err == nil {
			a = func(f *Flow) bool { return left(f) || right(f) }
		}
	}
	return nil, err
}

func (p *parser) and() (test, error) {
	a, err := p.unary()
	for err == nil {
		if _, more := p.accept("and", "&&"); !more {
			return a, nil
		}
		left := a
		var right test
		if right, err = p.unary(); err == nil {
			a = func(f *Flow) bool { return left(f) && right(f) }
		}
	}
	return nil, err
}

func (p *parser) unary() (test, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, errors.New("nested too deeply")
	}
	defer func() { p.depth-- }()
	if _, not := p.accept("not", "!"); not {
		m, err := p.unary()
		if err != nil {
			return nil, err
		}
		return func(f *Flow) bool { return !m(f) }, nil
	}
	if _, open := p.accept("("); open {
		m, err := p.or()
		if err != nil {
			return nil, err
		}
		if _, closed := p.accept(")"); !closed {
			return nil, errors.New("a parenthesis is not closed")
		}
		return m, nil
	}
	return p.primitive()
}

// protocols are the words that name an IP version or protocol.
var protocols = map[string]test{
	"ip":    func(f *Flow) bool { return f.Client.Is4() },
	"ip6":   func(f *Flow) bool { return f.Client.Is6() },
	"tcp":   func(f *Flow) bool { return f.Proto == 6 },
	"udp":   func(f *Flow) bool { return f.Proto == 17 },
	"sctp":  func(f *Flow) bool { return f.Proto == 132 },
	"icmp":  func(f *Flow) bool { return f.Proto == 1 },
	"icmp6": func(f *Flow) bool { return f.Proto == 58 },
}

// side is which ends of a flow a test is about.
type side uint8

const (
	either side = iota
	source
	destination
	both
)

func (s side) of(src, dst bool) bool {
	switch s {
	case source:
		return src
	case destination:
		return dst
	case both:
		return src && dst
	}
	return src || dst
}

func (p *parser) primitive() (test, error) {
	switch word, _ := p.accept("vlan", "proto", "l7proto"); word {
	case "vlan":
		return p.vlan()
	case "proto":
		n, err := p.number(255)
		return func(f *Flow) bool { return int(f.Proto) == n }, err
	case "l7proto":
		return p.application()
	}
	words := make([]string, 0, len(protocols))
	for w := range protocols {
		words = append(words, w)
	}
	name, restricted := p.accept(words...)
	var kind test
	if restricted {
		kind = protocols[name]
	}
	at, given := p.side()
	m, found, err := p.value(at)
	switch {
	case err != nil:
		return nil, err
	case !found && given:
		return nil, errors.New("a direction of nothing")
	case !found && !restricted:
		t, err := p.next()
		if err == nil {
			err = fmt.Errorf("unexpected %q", t)
		}
		return nil, err
	case !found:
		return kind, nil
	case !restricted:
		return m, nil
	}
	return func(f *Flow) bool { return kind(f) && m(f) }, nil
}

func (p *parser) vlan() (test, error) {
	if len(p.toks) > 0 {
		if n, err := strconv.ParseUint(p.toks[0], 10, 12); err == nil {
			p.toks = p.toks[1:]
			return func(f *Flow) bool { return uint64(f.VLAN) == n }, nil
		}
	}
	return func(f *Flow) bool { return f.VLAN != 0 }, nil
}

func (p *parser) number(most int) (int, error) {
	t, err := p.next()
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(t)
	if err != nil || n < 0 || n > most {
		return 0, fmt.Errorf("%q is no number up to %d", t, most)
	}
	return n, nil
}

func (p *parser) application() (test, error) {
	t, err := p.next()
	if err != nil {
		return nil, err
	}
	id, known := p.protocol(t)
	if !known {
		n, err := strconv.ParseUint(t, 10, 16)
		if err != nil {
			return nil, fmt.Errorf("no protocol is called %q", t)
		}
		id = uint16(n)
	}
	return func(f *Flow) bool { return f.App == id || f.Master == id }, nil
}

// side reads a direction: src, dst, or both joined by or or and.
func (p *parser) side() (at side, given bool) {
	first, given := p.accept("src", "dst")
	if !given {
		return either, false
	}
	at = source
	other := "dst"
	if first == "dst" {
		at, other = destination, "src"
	}
	if len(p.toks) < 2 || strings.ToLower(p.toks[1]) != other {
		return at, true
	}
	switch strings.ToLower(p.toks[0]) {
	case "or":
		at = either
	case "and":
		at = both
	default:
		return at, true
	}
	p.toks = p.toks[2:]
	return at, true
}

// value reads what follows a direction; found is false when nothing does that can
// be one.
func (p *parser) value(at side) (m test, found bool, err error) {
	kind, given := p.accept("host", "net", "port", "portrange")
	if !given {
		if len(p.toks) == 0 {
			return nil, false, nil
		}
		if _, err := prefixOf(p.toks[0]); err != nil {
			return nil, false, nil
		}
	}
	t, err := p.next()
	if err != nil {
		return nil, false, err
	}
	switch kind {
	case "port", "portrange":
		low, high, err := ports(t)
		if err != nil || kind == "port" && low != high {
			return nil, false, fmt.Errorf("%q is no %s", t, kind)
		}
		in := func(port uint16) bool { return port >= low && port <= high }
		return func(f *Flow) bool { return hasPorts(f.Proto) && at.of(in(f.CliPort), in(f.SrvPort)) }, true, nil
	}
	if _, masked := p.accept("mask"); masked {
		mask, err := p.next()
		if err != nil {
			return nil, false, err
		}
		t += "/" + mask
	}
	block, err := prefixOf(t)
	if err != nil || kind == "host" && !block.IsSingleIP() {
		return nil, false, fmt.Errorf("%q is no address", t)
	}
	return func(f *Flow) bool { return at.of(block.Contains(f.Client), block.Contains(f.Server)) }, true, nil
}

func hasPorts(proto uint8) bool { return proto == 6 || proto == 17 || proto == 132 }

func ports(t string) (low, high uint16, err error) {
	a, b, isRange := strings.Cut(t, "-")
	if !isRange {
		b = a
	}
	x, err := strconv.ParseUint(a, 10, 16)
	if err != nil {
		return 0, 0, err
	}
	y, err := strconv.ParseUint(b, 10, 16)
	if err == nil && y < x {
		err = errors.New("a range that is empty")
	}
	return uint16(x), uint16(y), err
}

// prefixOf reads an address, or a network with the length or the dotted form of
// its mask.
func prefixOf(t string) (netip.Prefix, error) {
	addr, mask, isNet := strings.Cut(t, "/")
	a, err := netip.ParseAddr(addr)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, fmt.Errorf("%q is no address", t)
	}
	a = a.Unmap()
	if !isNet {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	if m, err := netip.ParseAddr(mask); err == nil && m.Is4() && a.Is4() {
		bits, open := 0, true
		for _, b := range m.AsSlice() {
			for i := 7; i >= 0; i-- {
				set := b>>i&1 == 1
				if set && !open {
					return netip.Prefix{}, fmt.Errorf("mask %s is not contiguous", mask)
				}
				if open = open && set; open {
					bits++
				}
			}
		}
		return netip.PrefixFrom(a, bits).Masked(), nil
	}
	n, err := strconv.Atoi(mask)
	if err != nil || n < 0 || n > a.BitLen() {
		return netip.Prefix{}, fmt.Errorf("%q is no network", t)
	}
	return netip.PrefixFrom(a, n).Masked(), nil
}
