package translate

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
	outer := len(p.scope)
	p.statements()
	p.scope = p.scope[:outer]
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
		p.name()
		p.want("::")
	default:
		p.exprStatement()
	}
}

func (p *parser) loop() {
	p.fn.loops++
	p.block()
	p.fn.loops--
}

func (p *parser) ifStatement(line int) {
	p.copy()
	p.expr()
	p.want("then")
	p.block()
	for p.is("elseif") {
		p.copy()
		p.expr()
		p.want("then")
		p.block()
	}
	if p.accept("else") {
		p.block()
	}
	p.closing("end", "if", line)
}

func (p *parser) repeatStatement(line int) {
	p.copy()
	outer := len(p.scope)
	p.fn.loops++
	p.statements()
	p.fn.loops--
	p.closing("until", "repeat", line)
	p.expr() // sees the locals of the body
	p.scope = p.scope[:outer]
}

func (p *parser) forStatement(line int) {
	p.copy()
	outer := len(p.scope)
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
		p.want("in")
		p.exprList()
	default:
		p.unexpected("'=' or 'in' expected")
	}
	p.want("do")
	for _, n := range names {
		p.declare(n, false)
	}
	p.loop()
	p.closing("end", "for", line)
	p.scope = p.scope[:outer]
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
	for {
		n := local{name: p.name()}
		if p.is("<") {
			n.readOnly = p.attribute()
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
}

// attribute reads <const> and leaves it out of the output.
func (p *parser) attribute() bool {
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
	switch a.text {
	case "const":
		return true
	case "close":
		p.fail(a.line, "to-be-closed variables are not supported")
	default:
		p.fail(a.line, "unknown attribute '%s'", a.text)
	}
	return false
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
		t = p.suffixed()
	}
	p.want("=")
	p.exprList()
}
