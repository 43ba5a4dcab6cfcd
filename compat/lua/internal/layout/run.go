package layout

import (
	"ntopgo/compat/lua/internal/number"
)

// enter is every entry of the VM's instruction table: the VM fetches the first
// instruction of a function and ends up here.
func enter(e *engine, _ instruction) (operation, instruction) {
	defer func() {
		if r := recover(); r != nil {
			panic(recoverable(r))
		}
	}()
	e.callInfo.savedPC--
	e.l.execute(e.callInfo)
	return nil, 0
}

func rk(frame, constants []any, field int) any {
	if field&256 != 0 {
		return constants[field&255]
	}
	return frame[field]
}

// execute runs the Lua function of ci, and those it calls, until it returns.
//
// savedPC is stored before every instruction, so that whatever raises an error
// finds its line. frame is taken anew after everything that may call a function,
// since the stack may have moved.
func (m *state) execute(ci *callInfo) {
	var (
		box    boxer
		cl     *Closure
		p      *Prototype
		k      []any
		frame  []any
		code   []instruction
		lci    *luaCallInfo
		pc     int
		a      int
		b, c   any
		result bool
	)
function:
	lci = ci.luaCallInfo
	cl = (*Closure)(dataOf(m.stack[ci.function]))
	p = cl.prototype
	k, code, frame, pc = p.constants, p.code, lci.frame, lci.savedPC
	for {
		i := code[pc]
		pc++
		lci.savedPC = pc
		a = i.a()
		switch i.op() {
		case opMove:
			frame[a] = frame[i.b()]
		case opLoadConstant:
			frame[a] = k[i.bx()]
		case opLoadConstantEx:
			frame[a] = k[code[pc]>>6]
			pc++
		case opLoadBool:
			frame[a] = i.b() != 0
			if i.c() != 0 {
				pc++
			}
		case opLoadNil:
			clear(frame[a : a+i.b()+1])
		case opGetUpValue:
			frame[a] = cl.upValues[i.b()].get()
		case opSetUpValue:
			cl.upValues[i.b()].set(frame[a])

		case opGetTableUp:
			tv := cl.upValues[i.b()].get()
			if t := asTable(tv); t != nil && i.c()&256 != 0 {
				if h := p.hashes[i.c()&255]; h != 0 {
					if v := t.getString(k[i.c()&255], h); v != nil || t.metaTable == nil {
						frame[a] = v
						continue
					}
				}
			}
			v := m.indexUp(cl, tv, i.b(), rk(frame, k, i.c()))
			frame = lci.frame
			frame[a] = v
		case opGetTable:
			tv := frame[i.b()]
			if t := asTable(tv); t != nil {
				if x := i.c(); x&256 != 0 && p.hashes[x&255] != 0 {
					if v := t.getString(k[x&255], p.hashes[x&255]); v != nil || t.metaTable == nil {
						frame[a] = v
						continue
					}
				} else if v := t.Get(rk(frame, k, x)); v != nil || t.metaTable == nil {
					frame[a] = v
					continue
				}
			}
			v := m.index(tv, rk(frame, k, i.c()), i.b())
			frame = lci.frame
			frame[a] = v
		case opSelf:
			tv := frame[i.b()]
			key := rk(frame, k, i.c())
			var v any
			if i.c()&256 != 0 {
				v = m.method(tv, key, p.hashes[i.c()&255])
			}
			if v == nil {
				v = m.index(tv, key, i.b())
				frame = lci.frame
			}
			frame[a+1], frame[a] = tv, v
		case opSetTableUp:
			tv := cl.upValues[a].get()
			b, c = rk(frame, k, i.b()), rk(frame, k, i.c())
			if t := asTable(tv); t != nil && t.metaTable == nil && i.b()&256 != 0 && p.hashes[i.b()&255] != 0 {
				t.setString(b, p.hashes[i.b()&255], c)
				continue
			}
			m.setIndexUp(cl, tv, a, b, c)
			frame = lci.frame
		case opSetTable:
			tv := frame[a]
			b, c = rk(frame, k, i.b()), rk(frame, k, i.c())
			if t := asTable(tv); t != nil && t.metaTable == nil {
				if x := i.b(); x&256 != 0 && p.hashes[x&255] != 0 {
					t.setString(b, p.hashes[x&255], c)
					continue
				}
				switch n := b.(type) {
				case int64:
					t.SetInt(n, c)
					continue
				case string:
					t.setString(b, 0, c)
					continue
				}
			}
			m.setIndex(tv, b, c, a)
			frame = lci.frame
		case opNewTable:
			frame[a] = tableValue(NewTable(fromFloat8(i.b()), fromFloat8(i.c())))

		case opAdd:
			b, c = rk(frame, k, i.b()), rk(frame, k, i.c())
			switch x := b.(type) {
			case int64:
				switch y := c.(type) {
				case int64:
					frame[a] = box.int(x + y)
					continue
				case float64:
					frame[a] = box.float(float64(x) + y)
					continue
				}
			case float64:
				switch y := c.(type) {
				case float64:
					frame[a] = box.float(x + y)
					continue
				case int64:
					frame[a] = box.float(x + float64(y))
					continue
				}
			}
			goto arithmetic
		case opSub:
			b, c = rk(frame, k, i.b()), rk(frame, k, i.c())
			switch x := b.(type) {
			case int64:
				switch y := c.(type) {
				case int64:
					frame[a] = box.int(x - y)
					continue
				case float64:
					frame[a] = box.float(float64(x) - y)
					continue
				}
			case float64:
				switch y := c.(type) {
				case float64:
					frame[a] = box.float(x - y)
					continue
				case int64:
					frame[a] = box.float(x - float64(y))
					continue
				}
			}
			goto arithmetic
		case opMul:
			b, c = rk(frame, k, i.b()), rk(frame, k, i.c())
			switch x := b.(type) {
			case int64:
				switch y := c.(type) {
				case int64:
					frame[a] = box.int(x * y)
					continue
				case float64:
					frame[a] = box.float(float64(x) * y)
					continue
				}
			case float64:
				switch y := c.(type) {
				case float64:
					frame[a] = box.float(x * y)
					continue
				case int64:
					frame[a] = box.float(x * float64(y))
					continue
				}
			}
			goto arithmetic
		case opDiv:
			b, c = rk(frame, k, i.b()), rk(frame, k, i.c())
			if x, ok := toFloat(b); ok {
				if y, ok := toFloat(c); ok {
					frame[a] = box.float(x / y)
					continue
				}
			}
			goto arithmetic
		case opMod:
			b, c = rk(frame, k, i.b()), rk(frame, k, i.c())
			if x, ok := b.(int64); ok {
				if y, ok := c.(int64); ok && y != 0 {
					frame[a] = box.int(number.ModInt(x, y))
					continue
				}
			}
			goto arithmetic
		case opPow:
			b, c = rk(frame, k, i.b()), rk(frame, k, i.c())
			if x, ok := toFloat(b); ok {
				if y, ok := toFloat(c); ok {
					frame[a] = box.float(pow(x, y))
					continue
				}
			}
			goto arithmetic
		case opBAnd:
			b, c = rk(frame, k, i.b()), rk(frame, k, i.c())
			if x, ok := b.(int64); ok {
				if y, ok := c.(int64); ok {
					frame[a] = box.int(x & y)
					continue
				}
			}
			goto arithmetic
		case opBOr:
			b, c = rk(frame, k, i.b()), rk(frame, k, i.c())
			if x, ok := b.(int64); ok {
				if y, ok := c.(int64); ok {
					frame[a] = box.int(x | y)
					continue
				}
			}
			goto arithmetic
		case opIDiv, opBXor, opShl, opShr, opBNot:
			b, c = rk(frame, k, i.b()), rk(frame, k, i.c())
			if x, ok := b.(int64); ok {
				if y, ok := c.(int64); ok {
					switch {
					case i.op() != opIDiv:
						frame[a] = box.int(bitwise(i.op(), x, y))
						continue
					case y != 0:
						frame[a] = box.int(number.DivInt(x, y))
						continue
					}
				}
			}
			goto arithmetic
		case opUnaryMinus:
			switch x := frame[i.b()].(type) {
			case int64:
				frame[a] = box.int(-x)
			case float64:
				frame[a] = box.float(-x)
			default:
				v := m.arith(opUnaryMinus, x, x, i.b(), i.b())
				frame = lci.frame
				frame[a] = v
			}
		case opNot:
			frame[a] = !Truthy(frame[i.b()])
		case opLength:
			v := m.length(frame[i.b()], i.b())
			frame = lci.frame
			frame[a] = v
		case opConcat:
			v := m.concat(frame[i.b():i.c()+1], i.b())
			frame = lci.frame
			frame[a] = v

		case opJump:
			if a > 0 {
				m.close(ci.base() + a - 1)
				frame = lci.frame
			}
			n := i.sbx()
			pc += n
			if n < 0 {
				m.tick()
			}
		case opEqual:
			b, c = rk(frame, k, i.b()), rk(frame, k, i.c())
			if typeOf(b) == stringType && dataOf(b) == dataOf(c) {
				result = true
			} else {
				result = m.equal(b, c)
				frame = lci.frame
			}
			goto branch
		case opLessThan:
			b, c = rk(frame, k, i.b()), rk(frame, k, i.c())
			if x, ok := b.(int64); ok {
				if y, ok := c.(int64); ok {
					result = x < y
					goto branch
				}
			}
			result = m.less(b, c)
			frame = lci.frame
			goto branch
		case opLessOrEqual:
			b, c = rk(frame, k, i.b()), rk(frame, k, i.c())
			if x, ok := b.(int64); ok {
				if y, ok := c.(int64); ok {
					result = x <= y
					goto branch
				}
			}
			result = m.lessEqual(b, c)
			frame = lci.frame
			goto branch
		case opTest:
			result, a = Truthy(frame[a]), i.c()
			goto branch
		case opTestSet:
			v := frame[i.b()]
			result = Truthy(v)
			if result == (i.c() != 0) {
				frame[a] = v
			}
			a = i.c()
			goto branch

		case opCall:
			if m.hookCount--; m.hookCount < 0 {
				m.hookCount++
				m.tick()
			}
			fn := ci.base() + a
			if n := i.b(); n != 0 {
				m.top = fn + n
			} // else the instruction before left it at the last argument
			if m.precall(fn, i.c()-1) {
				if i.c() != 0 {
					m.top = ci.top
				}
				frame = lci.frame
				continue
			}
			ci = m.callInfo
			ci.callStatus |= statusReentry
			goto function
		case opTailCall:
			if m.hookCount--; m.hookCount < 0 {
				m.hookCount++
				m.tick()
			}
			fn := ci.base() + a
			if n := i.b(); n != 0 {
				m.top = fn + n
			}
			if m.replace(ci, cl, fn) {
				goto function
			}
			if !m.precall(fn, -1) {
				ci = m.callInfo
				ci.callStatus |= statusReentry
				goto function
			}
			frame = lci.frame // the return that follows passes the results on
		case opReturn:
			first := ci.base() + a
			if n := i.b(); n != 0 {
				m.top = first + n - 1
			}
			if len(p.children) > 0 && m.upValues != nil {
				m.closeReturn(ci, first)
			}
			m.postcall(ci, first)
			if ci.callStatus&statusReentry == 0 {
				return
			}
			open := ci.resultCount < 0
			ci = m.callInfo
			if !open {
				m.top = ci.top
			}
			goto function

		case opForPrep:
			if !m.prepareLoop(frame[a : a+4]) {
				pc += i.sbx() + 1 // past the loop instruction
			}
		case opForLoop:
			if m.hookCount--; m.hookCount < 0 {
				m.hookCount++
				m.tick()
			}
			switch l := frame[a].(type) {
			case *intLoop:
				if l.left > 0 {
					l.left--
					l.index += l.step
					frame[a+3] = box.int(l.index)
					pc += i.sbx()
				}
			case *floatLoop:
				if l.index += l.step; l.step > 0 && l.index <= l.limit || l.step < 0 && l.limit <= l.index {
					frame[a+3] = box.float(l.index)
					pc += i.sbx()
				}
			}
		case opTForCall:
			if m.hookCount--; m.hookCount < 0 {
				m.hookCount++
				m.tick()
			}
			m.iterate(ci, frame, a, i.c())
			frame = lci.frame
			j := code[pc] // TFORLOOP
			pc++
			if v := frame[a+3]; v != nil {
				frame[a+2] = v
				pc += j.sbx()
			}
		case opSetList:
			n, part := i.b(), i.c()
			if n == 0 {
				n = m.top - (ci.base() + a) - 1
			}
			if part == 0 {
				part = int(code[pc] >> 6)
				pc++
			}
			const perFlush = 50
			(*Table)(dataOf(frame[a])).setList((part-1)*perFlush, frame[a+1:a+1+n])
			m.top = ci.top
		case opClosure:
			frame[a] = m.closure(p.children[i.bx()], cl, ci.base())
		case opVarArg:
			m.varArgs(ci, p, a, i.b()-1)
			frame = lci.frame
		case opToClose:
			m.toClose(ci.base()+a, frame[a], p, pc)
		default:
			m.fail("unknown instruction %d", i.op())
		}
		continue

	branch: // of a test: a is what the result is compared with; the jump follows
		if result != (a != 0) {
			pc++
			continue
		}
		{
			j := code[pc]
			pc++
			lci.savedPC = pc
			if x := j.a(); x > 0 {
				m.close(ci.base() + x - 1)
				frame = lci.frame
			}
			n := j.sbx()
			pc += n
			if n < 0 {
				m.tick()
			}
		}
		continue

	arithmetic: // what has no numbers for operands
		{
			v := m.arith(i.op(), b, c, i.b(), i.c())
			frame = lci.frame
			frame[a] = v
		}
	}
}

// boxer makes values of numbers. Small blocks of them are much cheaper than one
// allocation each, and a number that is kept keeps only a few others.
type boxer struct {
	ints   []int64
	floats []float64
}

const blockSize = 16

func (b *boxer) int(n int64) any {
	if v := smallAt(n); v != nil {
		return pack(intType, ptr(v))
	}
	if len(b.ints) == 0 {
		b.ints = make([]int64, blockSize)
	}
	p := &b.ints[0]
	*p = n
	b.ints = b.ints[1:]
	return pack(intType, ptr(p))
}

func (b *boxer) float(f float64) any {
	if len(b.floats) == 0 {
		b.floats = make([]float64, blockSize)
	}
	p := &b.floats[0]
	*p = f
	b.floats = b.floats[1:]
	return pack(floatType, ptr(p))
}
