package translate

import "bytes"

// operand is a translated expression: where it starts in the output, for a
// numeral its value, and whether it may have any number of values.
type operand struct {
	start    int
	val      any
	multiple bool
}

var priority = map[string][2]int{
	"or": {1, 1}, "and": {2, 2},
	"<": {3, 3}, ">": {3, 3}, "<=": {3, 3}, ">=": {3, 3}, "~=": {3, 3}, "==": {3, 3},
	"|": {4, 4}, "~": {5, 5}, "&": {6, 6}, "<<": {7, 7}, ">>": {7, 7},
	"..": {9, 8}, "+": {10, 10}, "-": {10, 10},
	"*": {11, 11}, "/": {11, 11}, "//": {11, 11}, "%": {11, 11}, "^": {14, 13},
}

const unaryPriority = 12

// helperOf names the helpers of the binary operators that 5.2 lacks.
var helperOf = map[string]string{"//": "idiv", "&": "band", "|": "bor", "~": "bxor", "<<": "shl", ">>": "shr"}

// Priorities that 5.2 shares; a helper call binds tighter than all of them.

func (p *parser) expr() operand { return p.subexpr(0) }

func (p *parser) subexpr(limit int) operand {
	p.enter()
	defer p.leave()
	left := p.unary()
	for p.tok.kind == op || p.tok.kind == keyword {
		pr, ok := priority[p.tok.text]
		if !ok || pr[0] <= limit {
			break
		}
		left = p.binary(left, pr[1])
	}
	return left
}

func (p *parser) unary() operand {
	start := len(p.out)
	switch {
	case p.is("-"):
		p.copy()
		inner := p.subexpr(unaryPriority)
		if n, ok := inner.val.(int64); ok && n != 0 {
			p.out = append(p.out[:start], keepLines(p.out[start:])...)
			p.out = append(p.out, ' ', '(')
			p.out = append(p.out, literal(-n, true)...)
			p.out = append(p.out, ')')
			return operand{start: start, val: -n}
		}
		return operand{start: start}
	case p.is("not") || p.is("#"):
		p.copy()
		p.subexpr(unaryPriority)
		return operand{start: start}
	case p.is("~"):
		line := p.tok.line
		p.write(helper("bnot")+"(", line)
		p.advance()
		p.subexpr(unaryPriority)
		p.out = append(p.out, ')', ')')
		p.fn.calls.called(0, 0)
		return operand{start: start}
	}
	return p.simple()
}

// keepLines returns the line breaks of text that is about to be replaced.
func keepLines(text []byte) []byte {
	return bytes.Repeat([]byte{'\n'}, bytes.Count(text, []byte{'\n'}))
}

// binary translates the operator at hand and its right operand.
func (p *parser) binary(left operand, rightLimit int) operand {
	o := p.tok.text
	if left.val != nil && arithmetic[o] {
		// Two numerals would be folded with floats by the VM's compiler.
		lines := keepLines(p.out[left.start:])
		p.out = append(p.out[:left.start], lines...)
		p.out = append(p.out, ' ', '(')
		p.out = append(p.out, literal(left.val, false)...)
		p.out = append(p.out, ')')
	}
	if h, ok := helperOf[o]; ok {
		at := left.start
		for at < len(p.out) && p.out[at] == '\n' {
			at++
		}
		p.insert(at, helper(h))
		p.write(",(", p.tok.line) // one value, even of a call
		p.advance()
		p.subexpr(rightLimit)
		p.out = append(p.out, ')', ')')
		p.fn.calls.called(0, 0)
		return operand{start: left.start}
	}
	p.copy()
	p.subexpr(rightLimit)
	return operand{start: left.start}
}

var arithmetic = map[string]bool{"+": true, "-": true, "*": true, "/": true, "%": true, "^": true}

func (p *parser) simple() operand {
	start := len(p.out)
	t := p.tok
	switch t.kind {
	case num:
		p.write(literal(t.val, true), t.line)
		p.advance()
		return operand{start: start, val: t.val}
	case str:
		p.write(quote(t.text), t.line)
		p.advance()
		return operand{start: start}
	case keyword:
		switch t.text {
		case "nil", "true", "false":
			p.copy()
			return operand{start: start}
		case "function":
			p.copy()
			p.body(t.line, false)
			return operand{start: start}
		}
	case op:
		switch t.text {
		case "...":
			if !p.fn.vararg {
				p.unexpected("cannot use '...' outside a vararg function")
			}
			p.copy()
			return operand{start: start, multiple: true}
		case "{":
			p.table()
			return operand{start: start}
		}
	}
	s := p.suffixed()
	s.multiple = s.call
	return s.operand
}

// target is a prefix expression with what assignment must know of it.
type target struct {
	operand
	variable string // set when it is a plain name
	call     bool   // it ends with a call
	paren    bool   // it is a parenthesised expression
}

func (p *parser) suffixed() target {
	line := p.tok.line
	t := target{operand: operand{start: len(p.out)}}
	switch {
	case p.tok.kind == name:
		t.variable = p.name()
	case p.is("("):
		p.copy()
		inner := p.expr()
		p.closing(")", "(", line)
		t.paren, t.val = true, inner.val
	default:
		p.unexpected("unexpected symbol")
	}
	for {
		switch {
		case p.is("."):
			noted := 0
			if p.watch != nil && t.variable != "" {
				noted = len(*p.uses)
				p.note(t.variable)
				noted = len(*p.uses) - noted
			}
			p.copy()
			p.name()
			if noted > 0 {
				(*p.uses)[len(*p.uses)-1].Call = p.is("(")
			}
			t = target{operand: operand{start: t.start}}
		case p.is("["):
			p.index()
			t = target{operand: operand{start: t.start}}
		case p.is(":"):
			p.copy()
			p.name()
			p.call(line)
			t = target{operand: operand{start: t.start}, call: true}
		case p.is("(") || p.is("{") || p.tok.kind == str:
			p.call(line)
			t = target{operand: operand{start: t.start}, call: true}
		default:
			return t
		}
	}
}

func (p *parser) index() {
	p.want("[")
	p.expr()
	p.want("]")
}

// call translates the arguments of a call whose expression starts on a line.
func (p *parser) call(start int) {
	line := p.tok.line
	p.arguments()
	p.fn.calls.called(line, start)
}

func (p *parser) arguments() {
	line := p.tok.line
	switch {
	case p.tok.kind == str:
		p.write(quote(p.tok.text), line)
		p.advance()
	case p.is("{"):
		p.table()
	case p.is("("):
		p.copy()
		if !p.is(")") {
			p.exprList()
		}
		p.closing(")", "(", line)
	default:
		p.unexpected("function arguments expected")
	}
}

func (p *parser) exprList() int {
	n := 1
	p.expr()
	for p.accept(",") {
		p.expr()
		n++
	}
	return n
}

func (p *parser) table() {
	line := p.tok.line
	p.want("{")
	for !p.is("}") {
		switch {
		case p.is("["):
			p.index()
			p.want("=")
			p.expr()
		case p.tok.kind == name && p.nextIs("="):
			p.name()
			p.want("=")
			p.expr()
		default:
			p.expr()
		}
		if !p.accept(",") && !p.accept(";") {
			break
		}
	}
	p.closing("}", "{", line)
}

func (p *parser) nextIs(text string) bool {
	t := p.lookahead()
	return t.kind == op && t.text == text
}

// body translates parameters and block of a function.
func (p *parser) body(line int, method bool) {
	outer := len(p.scope)
	p.fn = &function{outer: p.fn, line: line, base: outer}
	if method {
		p.declare("self", false)
	}
	p.want("(")
	for !p.is(")") {
		if p.is("...") {
			p.copy()
			p.fn.vararg = true
			break
		}
		if p.tok.kind != name {
			p.unexpected("<name> or '...' expected")
		}
		p.declare(p.name(), false)
		if !p.is(",") {
			break
		}
		p.copy()
		if p.is(")") {
			p.unexpected("<name> or '...' expected")
		}
	}
	p.want(")")
	p.block()
	p.closing("end", "function", line)
	p.scope = p.scope[:outer]
	inner := &p.fn.calls.CallLines
	p.fn = p.fn.outer
	p.fn.calls.Functions = append(p.fn.calls.Functions, inner)
}

func (p *parser) declare(n string, readOnly bool) {
	p.room(0)
	p.scope = append(p.scope, local{n, readOnly})
}

// checkAssign refuses an assignment to a constant local.
func (p *parser) checkAssign(n string) {
	for i := len(p.scope) - 1; i >= 0; i-- {
		if p.scope[i].name == n {
			if p.later != nil && i < p.later.outside {
				p.fail(p.tok.line, "assignment to local '%s' cannot be deferred", n)
			}
			if p.scope[i].readOnly {
				p.fail(p.tok.line, "attempt to assign to const variable '%s'", n)
			}
			return
		}
	}
}
