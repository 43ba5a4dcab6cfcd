package layout

import "ntopgo/compat/lua/internal/number"

// The helpers of 5.4's operators are also instructions: numbers that the VM's
// own set leaves free. inline rewrites a helper's call into its instruction,
// which works on the registers that held the arguments.
const firstInlined = opCount

// inlinedOps lists the operations by instruction number from firstInlined on.
var inlinedOps = []struct {
	name string
	op   int
}{{"idiv", opIDiv}, {"band", opBAnd}, {"bor", opBOr}, {"bxor", opBXor}, {"shl", opShl}, {"shr", opShr}, {"bnot", opBNot}}

var inlined = func() map[int]operation {
	m := map[int]operation{}
	for k, x := range inlinedOps {
		op, step := x.op, 1
		if op == opBNot {
			step = 0
		}
		m[firstInlined+k] = func(e *engine, i instruction) (operation, instruction) {
			a := i.a()
			b, c := e.frame[a+1], e.frame[a+1+step]
			if x, ok := b.(int64); ok {
				if y, ok := c.(int64); ok {
					switch {
					case op != opIDiv:
						e.frame[a] = Int(bitwise(op, x, y))
						return e.next()
					case y != 0:
						e.frame[a] = Int(number.DivInt(x, y))
						return e.next()
					}
				}
			}
			v := e.l.arith(op, b, c, a+1, a+1+step)
			e.frame = e.callInfo.frame
			e.frame[a] = v
			return e.next()
		}
	}
	return m
}()

// inline looks for LOADK A helper ... CALL A with the helper's arguments. Calls
// nest, so the innermost open one is the one that a CALL of its register ends.
func (p *Prototype) inline() {
	type open struct{ reg, op, args int }
	var calls []open
	for pc, i := range p.code {
		switch i.op() {
		case opLoadConstant:
			for k, x := range inlinedOps {
				if p.constants[i.bx()] == helpers[x.name] {
					args := 2
					if x.op == opBNot {
						args = 1
					}
					calls = append(calls, open{i.a(), firstInlined + k, args})
				}
			}
		case opCall, opTailCall:
			n := len(calls)
			if n == 0 || calls[n-1].reg != i.a() {
				continue
			}
			c := calls[n-1]
			calls = calls[:n-1]
			if i.b() != c.args+1 || pc+1 >= len(p.code) {
				continue
			}
			if i.op() == opCall && i.c() != 2 {
				continue
			}
			if i.op() == opTailCall {
				r := p.code[pc+1]
				if r.op() != opReturn || r.a() != i.a() {
					continue
				}
				p.code[pc+1] = r&^(511<<23) | 2<<23 // return one value
			}
			p.code[pc] = instruction(c.op) | instruction(c.reg)<<6
		}
	}
}
