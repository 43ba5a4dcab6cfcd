// Package translate rewrites Lua 5.4 source as Lua 5.2 source for go-lua. It has
// a full lexer and parser and resolves the scope of locals, so that what it lets
// through compiles and what it refuses is refused with Lua 5.4's message and
// line. Lines are kept: a token of the output stands on its line of the input.
//
// Operators that 5.2 lacks become calls of helper constants, numerals become
// constants that keep their integer or float kind (see layout.Mark); nothing is
// said here about what the helpers do.
package translate

import (
	"fmt"
	"strconv"
	"strings"

	"ntopgo/compat/lua/internal/layout"
)

// Source translates a chunk. chunk is the printed chunk name for messages. A
// first line that starts with '#' is skipped. lines goes to layout.Compile with
// the output. The error is an *Error.
func Source(src, chunk string) (out string, lines *layout.CallLines, err error) {
	return run(src, chunk, nil)
}

func run(src, chunk string, setup func(*parser)) (out string, lines *layout.CallLines, err error) {
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			err = e
		}
	}()
	p := &parser{lexer: lexer{src: src, chunk: chunk, line: 1}, outLine: 1}
	if setup != nil {
		setup(p)
	}
	p.out = make([]byte, 0, len(src)+len(src)/8+64)
	if strings.HasPrefix(src, "\xef\xbb\xbf") {
		p.pos = 3
	}
	if p.peek(0) == '#' {
		for p.pos < len(src) && src[p.pos] != '\n' && src[p.pos] != '\r' {
			p.pos++
		}
	}
	p.tok = p.next()
	p.fn = &function{vararg: true}
	p.block()
	if p.tok.kind != eof {
		p.unexpected("<eof> expected")
	}
	return string(p.out), &p.fn.calls.CallLines, nil
}

// function is what is known of the function being parsed.
type function struct {
	outer  *function
	vararg bool
	line   int // where it starts; 0 is the main chunk
	base   int // how many locals are outside of it
	loops  int
	labels []label // those of the blocks that are open
	calls  calls
}

// calls counts the calls of a function in the order in which the compiler makes
// them, and notes whose line it would get wrong.
type calls struct {
	layout.CallLines
	n int
}

// called counts a call whose arguments start on a line and whose expression
// starts on another or the same one.
func (c *calls) called(line, start int) {
	if line != start {
		if c.Lines == nil {
			c.Lines = map[int]int{}
		}
		c.Lines[c.n] = line
	}
	c.n++
}

// label is a place for goto.
type label struct {
	name string
	line int
}

// label declares a label; a name may be used once in a function's open blocks.
func (p *parser) label() {
	line := p.tok.line
	n := p.name()
	for _, l := range p.fn.labels {
		if l.name == n {
			p.fail(line, "label '%s' already defined on line %d", n, l.line)
		}
	}
	p.fn.labels = append(p.fn.labels, label{n, line})
}

type local struct {
	name     string
	readOnly bool
}

type parser struct {
	lexer
	tok     token
	ahead   token
	peeked  bool
	out     []byte
	outLine int
	fn      *function
	scope   []local
	depth   int
	watch   map[string]bool // see Uses
	uses    *[]Use
	later   *deferral // see Deferred
}

// maxLocals is how many locals a function may have at one place.
const maxLocals = 200

// room refuses one more local than a function may have; pending of them are not
// in the scope yet.
func (p *parser) room(pending int) {
	if len(p.scope)-p.fn.base+pending < maxLocals {
		return
	}
	where := "main function"
	if p.fn.line > 0 {
		where = fmt.Sprintf("function at line %d", p.fn.line)
	}
	p.unexpected(fmt.Sprintf("too many local variables (limit is %d) in %s", maxLocals, where))
}

func (p *parser) advance() {
	if p.peeked {
		p.tok, p.peeked = p.ahead, false
		return
	}
	p.tok = p.next()
}

func (p *parser) lookahead() token {
	if !p.peeked {
		p.ahead, p.peeked = p.next(), true
	}
	return p.ahead
}

func (p *parser) is(text string) bool {
	return p.tok.text == text && (p.tok.kind == op || p.tok.kind == keyword)
}

func (p *parser) unexpected(msg string) {
	near := "<eof>"
	if p.tok.kind != eof {
		near = "'" + shown(p.src[p.tok.pos:p.tok.end]) + "'"
	}
	p.fail(p.tok.line, "%s near %s", msg, near)
}

// shown is a token as messages have it: a character that cannot be printed is
// given by its number.
func shown(token string) string {
	if len(token) == 1 && (token[0] < ' ' || token[0] > '~') {
		return fmt.Sprintf("<\\%d>", token[0])
	}
	return token
}

// write puts text on the given line of the output.
func (p *parser) write(text string, line int) {
	if p.outLine < line {
		for ; p.outLine < line; p.outLine++ {
			p.out = append(p.out, '\n')
		}
	} else {
		p.out = append(p.out, ' ')
	}
	p.out = append(p.out, text...)
}

// copy passes the current token on.
func (p *parser) copy() {
	p.write(p.tok.text, p.tok.line)
	p.advance()
}

func (p *parser) want(text string) {
	if !p.is(text) {
		p.unexpected("'" + text + "' expected")
	}
	p.copy()
}

// closing passes on the token that ends what opened at the given line.
func (p *parser) closing(text, opener string, line int) {
	if !p.is(text) {
		if line == p.tok.line {
			p.unexpected("'" + text + "' expected")
		}
		p.unexpected(fmt.Sprintf("'%s' expected (to close '%s' at line %d)", text, opener, line))
	}
	p.copy()
}

func (p *parser) name() string {
	if p.tok.kind != name {
		p.unexpected("<name> expected")
	}
	n := p.tok.text
	p.copy()
	return n
}

func (p *parser) accept(text string) bool {
	if !p.is(text) {
		return false
	}
	p.copy()
	return true
}

// maxDepth bounds nesting, as Lua's limit of C levels does.
const maxDepth = 195

func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.fail(p.tok.line, "chunk has too many syntax levels")
	}
}

func (p *parser) leave() { p.depth-- }

// insert puts text before output offset at.
func (p *parser) insert(at int, text string) {
	p.out = append(p.out, text...)
	copy(p.out[at+len(text):], p.out[at:])
	copy(p.out[at:], text)
}

func helper(name string) string { return ` ("` + escapedMark + "H" + name + `")(` }

var escapedMark = escape(layout.Mark)

// quote writes s as a quoted string without line breaks.
func quote(s string) string {
	if strings.HasPrefix(s, layout.Mark) {
		s = layout.Mark + "S" + s
	}
	return `"` + escape(s) + `"`
}

func escape(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c == '"' || c == '\\' || c < ' ' {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	b := make([]byte, 0, len(s)+16)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c < ' ':
			b = append(b, '\\', '0', '0'+c/10, '0'+c%10)
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// literal writes a numeral. Small integers stay as they are; plain forces the
// others' form, which the VM's constant folding does not touch.
func literal(v any, foldable bool) string {
	switch v := v.(type) {
	case int64:
		if foldable && -1<<53 <= v && v <= 1<<53 {
			return strconv.FormatInt(v, 10)
		}
		return `"` + escapedMark + "I" + strconv.FormatInt(v, 10) + `"`
	case float64:
		return `"` + escapedMark + "F" + strconv.FormatFloat(v, 'g', -1, 64) + `"`
	}
	panic("numeral")
}
