package layout

// The translator writes 5.4's operators as calls of helper constants. inline
// turns such a call into one instruction in its place. The operands are the
// registers that hold the arguments, or, where both are copies of a register or
// constant, these themselves. What loaded helper and arguments is left out.

var inlinable = map[string]int{"idiv": opIDiv, "band": opBAnd, "bor": opBOr, "bxor": opBXor, "shl": opShl, "shr": opShr, "bnot": opBNot}

// openCall is a helper that was loaded and not yet called.
type openCall struct{ pc, reg, op, args int }

// inline looks for LOADK A helper ... CALL A with the helper's arguments. Calls
// nest, so the innermost open one is the one that a CALL of its register ends.
func (p *Prototype) inline() {
	var calls []openCall
	dead := map[int]bool{}
	for pc := 0; pc < len(p.code); pc++ {
		switch i := p.code[pc]; i.op() {
		case opLoadConstant:
			if c, ok := p.helperAt(i); ok {
				c.pc = pc
				calls = append(calls, c)
			}
		case opCall, opTailCall:
			n := len(calls)
			if n == 0 || calls[n-1].reg != i.a() {
				continue
			}
			c := calls[n-1]
			calls = calls[:n-1]
			p.inlineCall(c, pc, dead)
		}
	}
	if len(dead) > 0 {
		p.leaveOut(dead)
	}
}

func (p *Prototype) helperAt(i instruction) (openCall, bool) {
	f := p.constants[i.bx()]
	if !isFunction(f) {
		return openCall{}, false
	}
	for name, op := range inlinable {
		if f == helpers[name] {
			args := 2
			if op == opBNot {
				args = 1
			}
			return openCall{reg: i.a(), op: op, args: args}, true
		}
	}
	switch f {
	case helpers["toclose"]:
		return openCall{reg: i.a(), op: opToClose, args: 1}, true
	case helpers["nothing"]:
		return openCall{reg: i.a(), op: opJump}, true
	}
	return openCall{}, false
}

func (p *Prototype) inlineCall(c openCall, pc int, dead map[int]bool) {
	i := p.code[pc]
	switch c.op {
	case opToClose:
		p.toClose(c, pc, dead)
		return
	case opJump: // the call that does nothing
		dead[c.pc], dead[pc] = true, true
		return
	}
	if i.b() != c.args+1 || pc+1 >= len(p.code) || i.op() == opCall && i.c() != 2 {
		return
	}
	if i.op() == opTailCall {
		r := p.code[pc+1]
		if r.op() != opReturn || r.a() != i.a() {
			return
		}
		p.code[pc+1] = r&^(511<<23) | 2<<23 // return one value
	}
	dead[c.pc] = true
	if pc-c.pc-1 == c.args {
		if ops, ok := p.simpleArguments(c, pc); ok {
			for k := range c.args {
				dead[c.pc+1+k] = true
			}
			p.code[pc] = instructionABC(c.op, c.reg, ops[0], ops[1])
			return
		}
	}
	p.code[pc] = instructionABC(c.op, c.reg, c.reg+1, c.reg+c.args)
}

// simpleArguments returns the operands when the arguments of the call at pc are
// loaded by one instruction each, from a register or a constant.
func (p *Prototype) simpleArguments(c openCall, pc int) (ops [2]int, ok bool) {
	for k := range c.args {
		i := p.code[c.pc+1+k]
		if i.a() != c.reg+1+k {
			return ops, false
		}
		switch {
		case i.op() == opMove && i.b() < c.reg:
			ops[k] = i.b()
		case i.op() == opLoadConstant && i.bx() < 256 && c.op != opBNot:
			ops[k] = i.bx() | 256
		default:
			return ops, false
		}
	}
	if c.args == 1 {
		ops[1] = ops[0]
	}
	return ops, true
}

// toClose turns toclose(function() return x end) into the instruction for x's
// register. The function is there to make the compiler close x's block.
func (p *Prototype) toClose(c openCall, pc int, dead map[int]bool) {
	f := p.code[pc-1]
	if f.op() != opClosure || pc-c.pc != 2 {
		return
	}
	d := p.children[f.bx()].upValues[0]
	p.code[pc] = instructionABC(opToClose, d.index, 0, 0)
	dead[c.pc], dead[pc-1] = true, true
}

// leaveOut removes instructions. A jump to one of them goes to the next that stays.
func (p *Prototype) leaveOut(dead map[int]bool) {
	at := make([]int, len(p.code)+1) // new position by old one
	for pc := range p.code {
		at[pc+1] = at[pc]
		if !dead[pc] {
			at[pc+1]++
		}
	}
	code, lines := make([]instruction, 0, at[len(p.code)]), make([]int32, 0, at[len(p.code)])
	for pc, i := range p.code {
		if dead[pc] {
			continue
		}
		switch i.op() {
		case opJump, opForLoop, opForPrep, opTForLoop:
			i = i.withJump(at[pc+1+i.sbx()] - at[pc+1])
		}
		code = append(code, i)
		if pc < len(p.lineInfo) {
			lines = append(lines, p.lineInfo[pc])
		}
	}
	names := append([]localVariable(nil), p.localVariables...)
	for k := range names {
		names[k].startPC, names[k].endPC = at[names[k].startPC], at[names[k].endPC]
	}
	p.code, p.lineInfo, p.localVariables = code, lines, names
}
