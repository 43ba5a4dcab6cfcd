package translate

import (
	"strings"

	"ntopgo/compat/lua/internal/layout"
)

func (p *parser) blockEnd() bool {
	if p.tok.kind == eof {
		return true
	}
	if p.tok.kind != keyword {
		return false
	}
	switch p.tok.text {
	case "end", "else", "elseif", "until":
		return true
	}
	return false
}

// block translates statements up to the end of the block and closes its scope.
func (p *parser) block() {
	outer, labels := len(p.scope), len(p.fn.labels)
	p.statements()
	p.scope, p.fn.labels = p.scope[:outer], p.fn.labels[:labels]
}

func (p *parser) statements() {
	for !p.blockEnd() {
		if p.is("return") {
			p.returnStatement()
			return
		}
		if p.later != nil && p.depth == 0 {
			p.topStatement()
			continue
		}
		p.statement()
	}
}

func (p *parser) returnStatement() {
	p.copy()
	if !p.blockEnd() && !p.is(";") {
		p.exprList()
	}
	p.accept(";")
	if !p.blockEnd() {
		p.unexpected("<eof> expected")
	}
}

func (p *parser) statement() {
	p.enter()
	defer p.leave()
	line := p.tok.line
	if p.tok.kind == keyword {
		switch p.tok.text {
		case "if":
			p.ifStatement(line)
			return
		case "while":
			p.copy()
			p.expr()
			p.want("do")
			p.loop()
			p.closing("end", "while", line)
			return
		case "do":
			p.copy()
			p.block()
			p.closing("end", "do", line)
			return
		case "for":
			p.forStatement(line)
			return
		case "repeat":
			p.repeatStatement(line)
			return
		case "function":
			p.functionStatement(line)
			return
		case "local":
			p.localStatement()
			return
		case "break":
			if p.fn.loops == 0 {
				p.fail(line, "break outside loop at line %d", line)
			}
			p.copy()
			return
		case "goto":
			p.copy()
			p.name()
			return
		}
	}
	switch {
	case p.is(";"):
		p.copy()
	case p.is("::"):
		p.copy()
		p.label()
		p.want("::")
		if p.is("local") {
			// The compiler would join the first local's nil with one before the label.
			p.write(";"+helper("nothing")+")", p.outLine)
			p.fn.calls.called(0, 0)
		}
	default:
		p.exprStatement()
	}
}

func (p *parser) loop() {
	p.fn.loops++
	p.block()
	p.fn.loops--
}

// thenBlock translates "if" or "elseif" with its condition and block.
func (p *parser) thenBlock() {
	p.copy()
	p.expr()
	p.want("then")
	if p.is("goto") {
		// The compiler mistakes the target of a goto that comes first and is not alone.
		p.write(";", p.outLine)
	}
	p.block()
}

func (p *parser) ifStatement(line int) {
	p.thenBlock()
	for p.is("elseif") {
		p.thenBlock()
	}
	if p.accept("else") {
		p.block()
	}
	p.closing("end", "if", line)
}

func (p *parser) repeatStatement(line int) {
	p.copy()
	outer, labels := len(p.scope), len(p.fn.labels)
	p.fn.loops++
	p.statements()
	p.fn.loops--
	p.closing("until", "repeat", line)
	p.expr() // sees the locals of the body
	p.scope, p.fn.labels = p.scope[:outer], p.fn.labels[:labels]
}

// forStatement translates both kinds of for. Lua 5.2's generic for has no closing
// value; where the list of expressions may give one, the loop becomes
//
//	do local f, s, c, x = explist H"toclose"(function() return x end) for names in f, s, c do ... end end
func (p *parser) forStatement(line int) {
	start := len(p.out)
	p.copy()
	outer, wrapped := len(p.scope), false
	namesAt := len(p.out)
	names := []string{p.name()}
	switch {
	case p.is("="):
		p.copy()
		p.expr()
		p.want(",")
		p.expr()
		if p.accept(",") {
			p.expr()
		}
	case p.is(",") || p.is("in"):
		for p.accept(",") {
			names = append(names, p.name())
		}
		inAt := len(p.out)
		p.want("in")
		if p.closingList() {
			wrapped = true
			p.wrapFor(start, namesAt, inAt)
		}
	default:
		p.unexpected("'=' or 'in' expected")
	}
	p.want("do")
	for _, n := range names {
		p.declare(n, false)
	}
	p.loop()
	p.closing("end", "for", line)
	if wrapped {
		p.write("end", p.outLine)
	}
	p.scope = p.scope[:outer]
}

// closingList translates the list of a generic for. It reports whether the list
// may have a fourth value: it has four expressions, or ends with a call of
// anything but pairs, ipairs and next, or with "...".
func (p *parser) closingList() bool {
	for n := 1; ; n++ {
		first := p.tok
		plain := first.kind == name && plainIterators[first.text] && !p.isLocal(first.text) && p.nextIs("(")
		open := p.expr().multiple
		if !p.accept(",") {
			return n >= 4 || open && !plain
		}
	}
}

// plainIterators are functions that give three values at most.
var plainIterators = map[string]bool{"pairs": true, "ipairs": true, "next": true}

// wrapFor rewrites the output from "for" on; see forStatement. Line breaks
// between the names go before the list, so that this keeps its lines.
func (p *parser) wrapFor(start, namesAt, inAt int) {
	breaks := append(keepLines(p.out[start:namesAt]), keepLines(p.out[namesAt:inAt])...)
	names := strings.ReplaceAll(string(p.out[namesAt:inAt]), "\n", " ")
	list := string(p.out[inAt:])
	at := strings.Index(list, "in")
	const hidden = layout.HiddenLocal
	const f, s, c, x = hidden + "f", hidden + "s", hidden + "c", hidden + "x"
	p.out = append(append(p.out[:start], breaks...), list[:at]+" do local "+f+","+s+","+c+","+x+"="+list[at+len("in"):]...)
	p.out = append(p.out, " "+p.toClose(x)+"for "+names+" in "+f+","+s+","+c...)
}

// toClose is the statement that marks a local as to be closed.
func (p *parser) toClose(local string) string {
	p.fn.calls.Functions = append(p.fn.calls.Functions, nil)
	p.fn.calls.called(0, 0)
	return ";" + helper("toclose") + "function()return " + local + " end);"
}

func (p *parser) functionStatement(line int) {
	p.copy()
	first := p.name()
	plain, method := true, false
	for p.is(".") || p.is(":") {
		plain = false
		method = p.is(":")
		p.copy()
		p.name()
		if method {
			break
		}
	}
	if plain {
		p.checkAssign(first)
	}
	p.body(line, method)
}

func (p *parser) localStatement() {
	line := p.tok.line
	p.copy()
	if p.is("function") {
		p.copy()
		p.declare(p.name(), false)
		p.body(line, false)
		return
	}
	var names []local
	closed := ""
	for {
		n := local{name: p.name()}
		p.room(len(names))
		if p.is("<") {
			n.readOnly = true
			if p.attribute() == "close" {
				if closed != "" {
					p.fail(p.tok.line, "multiple to-be-closed variables in local list")
				}
				closed = n.name
			}
		}
		names = append(names, n)
		if !p.accept(",") {
			break
		}
	}
	if p.accept("=") {
		p.exprList()
	}
	p.scope = append(p.scope, names...)
	if closed != "" {
		p.write(p.toClose(closed), p.outLine)
	}
}

// attribute reads <const> or <close> and leaves it out of the output.
func (p *parser) attribute() string {
	p.advance()
	if p.tok.kind != name {
		p.unexpected("<name> expected")
	}
	a := p.tok
	p.advance()
	if !p.is(">") {
		p.unexpected("'>' expected")
	}
	p.advance()
	if a.text != "const" && a.text != "close" {
		p.fail(a.line, "unknown attribute '%s'", a.text)
	}
	return a.text
}

func (p *parser) exprStatement() {
	t := p.suffixed()
	if !p.is("=") && !p.is(",") {
		if !t.call {
			p.unexpected("syntax error")
		}
		return
	}
	for {
		if t.call || t.paren {
			p.unexpected("syntax error")
		}
		if t.variable != "" {
			p.checkAssign(t.variable)
		}
		if !p.accept(",") {
			break
		}
		p.enter() // Lua counts each target as a level
		defer p.leave()
		t = p.suffixed()
	}
	p.want("=")
	p.exprList()
}
