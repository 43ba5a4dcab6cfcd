package translate

import (
	"fmt"
	"strings"

	"ntopgo/compat/lua/internal/number"
)

type kind uint8

const (
	eof kind = iota
	name
	keyword
	op
	str
	num
)

type token struct {
	kind kind
	text string // name, keyword or operator as written; value of a string
	val  any    // int64 or float64 of a numeral
	line int
	pos  int // offset in the source, for "near" in messages
	end  int
}

var keywords = map[string]bool{
	"and": true, "break": true, "do": true, "else": true, "elseif": true, "end": true, "false": true,
	"for": true, "function": true, "goto": true, "if": true, "in": true, "local": true, "nil": true,
	"not": true, "or": true, "repeat": true, "return": true, "then": true, "true": true, "until": true, "while": true,
}

// lexer reads Lua 5.4 tokens.
type lexer struct {
	src   string
	chunk string // printed chunk name, for messages
	pos   int
	line  int
}

// Error is a syntax error; Message has chunk and line in front, as Lua's.
type Error struct {
	Chunk   string
	Line    int
	Message string
}

func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.Chunk, e.Line, e.Message) }

func (x *lexer) fail(line int, format string, args ...any) {
	panic(&Error{x.chunk, line, fmt.Sprintf(format, args...)})
}

// failNear reports an error at source text [from, x.pos).
func (x *lexer) failNear(from int, msg string) {
	end := min(x.pos, len(x.src))
	x.fail(x.line, "%s near '%s'", msg, x.src[min(from, end):end])
}

func isLetter(c byte) bool { return c == '_' || c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }

// peek returns the byte at offset k from the current position, 0 at the end.
func (x *lexer) peek(k int) byte {
	if x.pos+k < len(x.src) {
		return x.src[x.pos+k]
	}
	return 0
}

func (x *lexer) newline() {
	c := x.src[x.pos]
	x.pos++
	if x.pos < len(x.src) && (x.src[x.pos] == '\n' || x.src[x.pos] == '\r') && x.src[x.pos] != c {
		x.pos++
	}
	x.line++
}

func (x *lexer) next() token {
	x.skipBlank()
	t := token{line: x.line, pos: x.pos}
	if x.pos >= len(x.src) {
		t.end = x.pos
		return t
	}
	c := x.src[x.pos]
	switch {
	case isLetter(c):
		for x.pos < len(x.src) && (isLetter(x.src[x.pos]) || isDigit(x.src[x.pos])) {
			x.pos++
		}
		t.kind, t.text = name, x.src[t.pos:x.pos]
		if keywords[t.text] {
			t.kind = keyword
		}
	case isDigit(c) || c == '.' && isDigit(x.peek(1)):
		t.kind, t.val = num, x.numeral()
	case c == '"' || c == '\'':
		t.kind, t.text = str, x.quoted(c)
	case c == '[' && (x.peek(1) == '[' || x.peek(1) == '='):
		level := x.longLevel()
		if level < 0 {
			x.pos++
			for x.peek(0) == '=' {
				x.pos++
			}
			x.failNear(t.pos, "invalid long string delimiter")
		}
		t.kind, t.text = str, x.long(level, "string")
	default:
		t.kind, t.text = op, x.operator()
	}
	t.end = x.pos
	return t
}

func (x *lexer) skipBlank() {
	for x.pos < len(x.src) {
		switch c := x.src[x.pos]; c {
		case '\n', '\r':
			x.newline()
		case ' ', '\t', '\v', '\f':
			x.pos++
		case '-':
			if x.peek(1) != '-' {
				return
			}
			x.pos += 2
			if x.peek(0) == '[' {
				if level := x.longLevel(); level >= 0 {
					x.long(level, "comment")
					continue
				}
			}
			for x.pos < len(x.src) && x.src[x.pos] != '\n' && x.src[x.pos] != '\r' {
				x.pos++
			}
		default:
			return
		}
	}
}

// longLevel is the number of '=' of a long bracket that opens here, -1 if none does.
func (x *lexer) longLevel() int {
	n := 1
	for x.peek(n) == '=' {
		n++
	}
	if x.peek(n) == '[' {
		return n - 1
	}
	return -1
}

func (x *lexer) long(level int, what string) string {
	start, begin := x.line, x.pos
	x.pos += level + 2
	if c := x.peek(0); x.pos < len(x.src) && (c == '\n' || c == '\r') {
		x.newline()
	}
	closing := "]" + strings.Repeat("=", level) + "]"
	rest := x.src[x.pos:]
	end := strings.Index(rest, closing)
	if end < 0 {
		for x.pos < len(x.src) {
			if c := x.src[x.pos]; c == '\n' || c == '\r' {
				x.newline()
			} else {
				x.pos++
			}
		}
		_ = begin
		x.fail(x.line, "unfinished long %s (starting at line %d) near <eof>", what, start)
	}
	text := rest[:end]
	x.line += strings.Count(text, "\n")
	if strings.IndexByte(text, '\r') >= 0 {
		text = x.normalise(text)
	}
	x.pos += end + len(closing)
	return text
}

// normalise makes every line end of s a newline; lines ended by "\n" are
// counted already.
func (x *lexer) normalise(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '\r' && c != '\n' {
			b.WriteByte(c)
			continue
		}
		sawNL := c == '\n'
		if i+1 < len(s) && (s[i+1] == '\r' || s[i+1] == '\n') && s[i+1] != c {
			i++
			sawNL = true
		}
		if !sawNL {
			x.line++
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (x *lexer) numeral() any {
	start := x.pos
	hex := x.src[x.pos] == '0' && x.peek(1)|0x20 == 'x'
	exp := byte('e')
	if hex {
		x.pos += 2
		exp = 'p'
	}
	for x.pos < len(x.src) {
		c := x.src[x.pos]
		switch {
		case c|0x20 == exp && isLetter(c):
			x.pos++
			if c := x.peek(0); c == '+' || c == '-' {
				x.pos++
			}
		case c == '.' || isDigit(c) || isLetter(c):
			x.pos++
		default:
			goto done
		}
	}
done:
	v, ok := number.Literal(x.src[start:x.pos])
	if !ok {
		x.failNear(start, "malformed number")
	}
	return v
}

func (x *lexer) operator() string {
	three := x.src[x.pos:min(x.pos+3, len(x.src))]
	if three == "..." {
		x.pos += 3
		return three
	}
	if len(three) >= 2 {
		switch two := three[:2]; two {
		case "..", "==", "~=", "<=", ">=", "//", "::", "<<", ">>":
			x.pos += 2
			return two
		}
	}
	x.pos++
	return three[:1]
}

func (x *lexer) quoted(quote byte) string {
	start := x.pos
	x.pos++
	// Most strings have no escapes.
	for i := x.pos; i < len(x.src); i++ {
		c := x.src[i]
		if c == quote {
			s := x.src[x.pos:i]
			x.pos = i + 1
			return s
		}
		if c == '\\' || c == '\n' || c == '\r' {
			break
		}
	}
	var b []byte
	for {
		if x.pos >= len(x.src) {
			x.fail(x.line, "unfinished string near <eof>")
		}
		c := x.src[x.pos]
		switch c {
		case quote:
			x.pos++
			return string(b)
		case '\n', '\r':
			x.failNear(start, "unfinished string")
		case '\\':
			b = x.escape(b, start)
		default:
			b = append(b, c)
			x.pos++
		}
	}
}

var simpleEscapes = map[byte]byte{'a': 7, 'b': 8, 'f': 12, 'n': 10, 'r': 13, 't': 9, 'v': 11, '\\': '\\', '"': '"', '\'': '\''}

func (x *lexer) escape(b []byte, start int) []byte {
	x.pos++
	if x.pos >= len(x.src) {
		x.fail(x.line, "unfinished string near <eof>")
	}
	c := x.src[x.pos]
	if r, ok := simpleEscapes[c]; ok {
		x.pos++
		return append(b, r)
	}
	switch {
	case c == '\n' || c == '\r':
		x.newline()
		return append(b, '\n')
	case c == 'x':
		v := 0
		for range 2 {
			x.pos++
			d := number.HexDigit(x.peek(0))
			if d < 0 {
				x.pos++
				x.failNear(start, "hexadecimal digit expected")
			}
			v = v<<4 | d
		}
		x.pos++
		return append(b, byte(v))
	case c == 'z':
		x.pos++
		for x.pos < len(x.src) {
			switch x.src[x.pos] {
			case '\n', '\r':
				x.newline()
			case ' ', '\t', '\v', '\f':
				x.pos++
			default:
				return b
			}
		}
		return b
	case c == 'u':
		return x.unicodeEscape(b, start)
	case isDigit(c):
		v := 0
		for i := 0; i < 3 && isDigit(x.peek(0)); i++ {
			v = v*10 + int(x.peek(0)-'0')
			x.pos++
		}
		if v > 255 {
			x.pos++
			x.failNear(start, "decimal escape too large")
		}
		return append(b, byte(v))
	}
	x.pos++
	x.failNear(start, "invalid escape sequence")
	return b
}

func (x *lexer) unicodeEscape(b []byte, start int) []byte {
	x.pos++
	if x.peek(0) != '{' {
		x.pos++
		x.failNear(start, "missing '{'")
	}
	x.pos++
	v, n := uint64(0), 0
	for {
		d := number.HexDigit(x.peek(0))
		if d < 0 {
			break
		}
		v = v<<4 | uint64(d)
		n++
		x.pos++
		if v > 0x7fffffff {
			x.failNear(start, "UTF-8 value too large")
		}
	}
	if n == 0 {
		x.pos++
		x.failNear(start, "hexadecimal digit expected")
	}
	if x.peek(0) != '}' {
		x.pos++
		x.failNear(start, "missing '}'")
	}
	x.pos++
	return AppendUTF8(b, v)
}

// AppendUTF8 appends the original UTF-8 (up to six bytes) of v < 2^31.
func AppendUTF8(b []byte, v uint64) []byte {
	if v < 0x80 {
		return append(b, byte(v))
	}
	var tail [6]byte
	n, first := 0, uint64(0x3f)
	for v > first {
		tail[n] = byte(0x80 | v&0x3f)
		n++
		v >>= 6
		first >>= 1
	}
	b = append(b, byte(^first<<1|v))
	for n > 0 {
		n--
		b = append(b, tail[n])
	}
	return b
}
