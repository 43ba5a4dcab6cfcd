package layout

// The translator writes 5.4's operators as calls of helper constants. inline
// turns such a call into one instruction: where both arguments are a register or
// a constant, in the place of loading the helper; otherwise in the place of the
// call, working on the registers that hold the arguments.

var inlinable = map[string]int{"idiv": opIDiv, "band": opBAnd, "bor": opBOr, "bxor": opBXor, "shl": opShl, "shr": opShr, "bnot": opBNot}

// openCall is a helper that was loaded and not yet called.
type openCall struct{ pc, reg, op, args int }

// inline looks for LOADK A helper ... CALL A with the helper's arguments. Calls
// nest, so the innermost open one is the one that a CALL of its register ends.
func (p *Prototype) inline() {
	var calls []openCall
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
			p.inlineCall(c, pc)
		}
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
	if f == helpers["toclose"] {
		return openCall{reg: i.a(), op: opToClose, args: 1}, true
	}
	return openCall{}, false
}

func (p *Prototype) inlineCall(c openCall, pc int) {
	i := p.code[pc]
	if c.op == opToClose {
		p.toClose(c, pc)
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
	if pc-c.pc-1 == c.args {
		if ops, ok := p.simpleArguments(c, pc); ok {
			p.code[c.pc] = instructionABC(c.op, c.reg, ops[0], ops[1])
			p.code[c.pc+1] = instructionJump(pc - c.pc - 1)
			return
		}
	}
	second := c.reg + c.args
	p.code[pc] = instructionABC(c.op, c.reg, c.reg+1, second)
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
func (p *Prototype) toClose(c openCall, pc int) {
	f := p.code[pc-1]
	if f.op() != opClosure || pc-c.pc != 2 {
		return
	}
	d := p.children[f.bx()].upValues[0]
	p.code[c.pc] = instructionABC(opToClose, d.index, 0, 0)
	p.code[c.pc+1] = instructionJump(1)
}
