// Package pattern matches Lua patterns over bytes. It knows strings only, not
// Lua values; work is counted so that a caller can end a pathological match.
package pattern

import "strings"

// Error is a malformed pattern or a pattern beyond the limits.
type Error string

func (e Error) Error() string { return string(e) }

const (
	// MaxCaptures is Lua's LUA_MAXCAPTURES.
	MaxCaptures = 32
	maxDepth    = 200 // Lua's MAXCCALLS
	position    = -2
	unfinished  = -1
)

// Matcher matches one pattern against one subject.
type Matcher struct {
	src, pat string
	captures [MaxCaptures]capture
	level    int
	depth    int
	steps    int
	// Budget, if set, is called after every StepsPerCall units of work.
	budget func()
}

type capture struct{ start, length int }

// StepsPerCall is the work between two calls of the budget function.
const StepsPerCall = 1 << 16

// New makes a matcher for pat over src. The pattern's anchor is not treated
// here; budget may be nil. Malformed patterns panic with Error while matching.
func New(src, pat string, budget func()) *Matcher {
	return &Matcher{src: src, pat: pat, budget: budget}
}

// Match matches at offset at; end is -1 when it does not.
func (m *Matcher) Match(at int) (end int) {
	m.level, m.depth = 0, 0
	return m.match(at, 0)
}

// Captures is the number of captures of the last match.
func (m *Matcher) Captures() int { return m.level }

// Capture returns capture i of the last match of [start, end): a string, or a
// position (1-based) when pos is set. Capture 0 of a pattern without captures is
// the whole match.
func (m *Matcher) Capture(i, start, end int) (s string, pos int, isPos bool) {
	if i >= m.level {
		if i != 0 {
			panic(Error("invalid capture index %" + string(rune('0'+i+1))))
		}
		return m.src[start:end], 0, false
	}
	c := m.captures[i]
	switch c.length {
	case position:
		return "", c.start + 1, true
	case unfinished:
		panic(Error("unfinished capture"))
	}
	return m.src[c.start : c.start+c.length], 0, false
}

// Plain reports whether pat has no magic characters.
func Plain(pat string) bool { return !strings.ContainsAny(pat, "^$*+?.([%-") }

func (m *Matcher) work(n int) {
	m.steps += n
	if m.steps >= StepsPerCall {
		m.steps = 0
		if m.budget != nil {
			m.budget()
		}
	}
}

// classEnd returns the offset after the single-character class at p.
func (m *Matcher) classEnd(p int) int {
	c := m.pat[p]
	p++
	switch c {
	case '%':
		if p >= len(m.pat) {
			panic(Error("malformed pattern (ends with '%')"))
		}
		return p + 1
	case '[':
		if p < len(m.pat) && m.pat[p] == '^' {
			p++
		}
		for first := true; first || p >= len(m.pat) || m.pat[p] != ']'; first = false {
			if p >= len(m.pat) {
				panic(Error("malformed pattern (missing ']')"))
			}
			c := m.pat[p]
			p++
			if c == '%' {
				if p >= len(m.pat) {
					panic(Error("malformed pattern (missing ']')"))
				}
				p++
			}
		}
		return p + 1
	}
	return p
}

// Character classes of the C locale, one bit each.
const (
	alpha = 1 << iota
	cntrl
	digit
	graph
	lower
	punct
	space
	upper
	xdigit
	zero // %z, deprecated since 5.2 and still there
)

var classes = func() (t [256]uint16) {
	t[0] = zero
	for i := range 128 {
		c := byte(i)
		switch {
		case c >= 'a' && c <= 'z':
			t[i] |= alpha | lower | graph
		case c >= 'A' && c <= 'Z':
			t[i] |= alpha | upper | graph
		case c >= '0' && c <= '9':
			t[i] |= digit | graph | xdigit
		case c > ' ' && c < 127:
			t[i] |= punct | graph
		}
		if c|0x20 >= 'a' && c|0x20 <= 'f' {
			t[i] |= xdigit
		}
		if c < ' ' || c == 127 {
			t[i] |= cntrl
		}
		if c == ' ' || c >= 9 && c <= 13 {
			t[i] |= space
		}
	}
	return
}()

var classOf = [256]uint16{'a': alpha, 'c': cntrl, 'd': digit, 'g': graph, 'l': lower, 'p': punct, 's': space, 'u': upper, 'w': alpha | digit, 'x': xdigit, 'z': zero}

func inClass(c, class byte) bool {
	bits := classOf[class|0x20]
	if bits == 0 || classes[class]&alpha == 0 {
		return class == c
	}
	return (classes[c]&bits != 0) != (class&0x20 == 0)
}

// inSet matches c against the set that opens at p and closes at end.
func (m *Matcher) inSet(c byte, p, end int) bool {
	hit := true
	p++
	if m.pat[p] == '^' {
		hit = false
		p++
	}
	for ; p < end; p++ {
		switch {
		case m.pat[p] == '%':
			p++
			if inClass(c, m.pat[p]) {
				return hit
			}
		case p+2 < end && m.pat[p+1] == '-':
			if m.pat[p] <= c && c <= m.pat[p+2] {
				return hit
			}
			p += 2
		case m.pat[p] == c:
			return hit
		}
	}
	return !hit
}

// single matches one byte of the subject against the class at [p, end).
func (m *Matcher) single(s, p, end int) bool {
	if s >= len(m.src) {
		return false
	}
	c := m.src[s]
	switch m.pat[p] {
	case '.':
		return true
	case '%':
		return inClass(c, m.pat[p+1])
	case '[':
		return m.inSet(c, p, end-1)
	}
	return m.pat[p] == c
}

func (m *Matcher) match(s, p int) int {
	if m.depth++; m.depth > maxDepth {
		panic(Error("pattern too complex"))
	}
	r := m.items(s, p)
	m.depth--
	return r
}

// items matches pattern items from p on; one that needs backtracking recurses.
func (m *Matcher) items(s, p int) int {
	for p < len(m.pat) {
		m.work(1)
		switch m.pat[p] {
		case '(':
			if p+1 < len(m.pat) && m.pat[p+1] == ')' {
				return m.open(s, p+2, position)
			}
			return m.open(s, p+1, unfinished)
		case ')':
			return m.close(s, p+1)
		case '$':
			if p+1 == len(m.pat) {
				if s == len(m.src) {
					return s
				}
				return -1
			}
		case '%':
			if p+1 < len(m.pat) {
				switch c := m.pat[p+1]; {
				case c == 'b':
					if s = m.balance(s, p+2); s < 0 {
						return -1
					}
					p += 4
					continue
				case c == 'f':
					end, ok := m.frontier(s, p+2)
					if !ok {
						return -1
					}
					p = end
					continue
				case c >= '0' && c <= '9':
					if s = m.back(s, c); s < 0 {
						return -1
					}
					p += 2
					continue
				}
			}
		}
		end := m.classEnd(p)
		var suffix byte
		if end < len(m.pat) {
			suffix = m.pat[end]
		}
		switch suffix {
		case '?':
			if m.single(s, p, end) {
				if r := m.match(s+1, end+1); r >= 0 {
					return r
				}
			}
			p = end + 1
		case '+':
			if !m.single(s, p, end) {
				return -1
			}
			return m.expandMax(s+1, p, end)
		case '*':
			return m.expandMax(s, p, end)
		case '-':
			return m.expandMin(s, p, end)
		default:
			if !m.single(s, p, end) {
				return -1
			}
			s++
			p = end
		}
	}
	return s
}

func (m *Matcher) expandMax(s, p, end int) int {
	n := 0
	for m.single(s+n, p, end) {
		n++
	}
	m.work(n)
	if end+1 == len(m.pat) {
		return s + n // nothing follows, the longest run wins
	}
	for ; n >= 0; n-- {
		if r := m.match(s+n, end+1); r >= 0 {
			return r
		}
	}
	return -1
}

func (m *Matcher) expandMin(s, p, end int) int {
	for {
		if r := m.match(s, end+1); r >= 0 {
			return r
		}
		if !m.single(s, p, end) {
			return -1
		}
		s++
	}
}

func (m *Matcher) open(s, p, what int) int {
	if m.level >= MaxCaptures {
		panic(Error("too many captures"))
	}
	m.captures[m.level] = capture{s, what}
	m.level++
	r := m.match(s, p)
	if r < 0 {
		m.level--
	}
	return r
}

func (m *Matcher) close(s, p int) int {
	for i := m.level - 1; i >= 0; i-- {
		if m.captures[i].length == unfinished {
			m.captures[i].length = s - m.captures[i].start
			r := m.match(s, p)
			if r < 0 {
				m.captures[i].length = unfinished
			}
			return r
		}
	}
	panic(Error("invalid pattern capture"))
}

func (m *Matcher) balance(s, p int) int {
	if p+1 >= len(m.pat) {
		panic(Error("malformed pattern (missing arguments to '%b')"))
	}
	open, shut := m.pat[p], m.pat[p+1]
	if s >= len(m.src) || m.src[s] != open {
		return -1
	}
	depth := 1
	for i := s + 1; i < len(m.src); i++ {
		switch m.src[i] {
		case shut:
			if depth--; depth == 0 {
				m.work(i - s)
				return i + 1
			}
		case open:
			depth++
		}
	}
	m.work(len(m.src) - s)
	return -1
}

func (m *Matcher) frontier(s, p int) (int, bool) {
	if p >= len(m.pat) || m.pat[p] != '[' {
		panic(Error("missing '[' after '%f' in pattern"))
	}
	end := m.classEnd(p)
	var before, here byte
	if s > 0 {
		before = m.src[s-1]
	}
	if s < len(m.src) {
		here = m.src[s]
	}
	return end, !m.inSet(before, p, end-1) && m.inSet(here, p, end-1)
}

func (m *Matcher) back(s int, c byte) int {
	i := int(c) - '1'
	if i < 0 || i >= m.level || m.captures[i].length == unfinished {
		panic(Error("invalid capture index %" + string(rune(c))))
	}
	k := m.captures[i]
	n := k.length
	if n == position {
		return -1
	}
	if m.work(n); strings.HasPrefix(m.src[s:], m.src[k.start:k.start+n]) {
		return s + n
	}
	return -1
}

// Whole is the subject's bytes [start, end).
func (m *Matcher) Whole(start, end int) string { return m.src[start:end] }
