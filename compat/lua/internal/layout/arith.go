package layout

import (
	"fmt"

	lua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/number"
)

func installHelpers() {
	for name, op := range map[string]int{"idiv": opIDiv, "band": opBAnd, "bor": opBOr, "bxor": opBXor, "shl": opShl, "shr": opShr} {
		helpers[name] = Function(func(l *lua.State) int {
			m := mirror(l)
			return Return(l, m.arith(op, Arg(l, 1), Arg(l, 2), -1, -1))
		})
	}
	helpers["bnot"] = Function(func(l *lua.State) int {
		return Return(l, mirror(l).arith(opBNot, Arg(l, 1), Arg(l, 1), -1, -1))
	})
	helpers["nothing"] = Function(func(*lua.State) int { return 0 }) // see inline.go
	helpers["toclose"] = Function(func(*lua.State) int { return 0 }) // see inline.go
}

// ToNumber converts a number or a numeric string.
func ToNumber(v any) (any, bool) {
	switch v := v.(type) {
	case int64, float64:
		return v, true
	case string:
		return number.Parse(v)
	}
	return nil, false
}

// ToInteger converts to an integer if v has an exact one.
func ToInteger(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case float64:
		return number.FloatToInt(v)
	case string:
		if n, ok := number.Parse(v); ok {
			return ToInteger(n)
		}
	}
	return 0, false
}

// Arith does an arithmetic operation by its metamethod name ("__add"), as the
// instruction does.
func Arith(l *lua.State, event string, a, b any) any {
	m := mirror(l)
	for i, e := range arithEvents {
		if e == event {
			return m.arith(opAdd+i, a, b, -1, -1)
		}
	}
	for i, e := range extraEvents {
		if e == event {
			return m.arith(opIDiv+i, a, b, -1, -1)
		}
	}
	return nil
}

// arith does op on any two values; rb and rc are the operands' RK fields for
// messages.
func (m *state) arith(op int, b, c any, rb, rc int) any {
	x, xok := ToNumber(b)
	y, yok := ToNumber(c)
	if xok && yok {
		if op == opMod || op == opIDiv {
			m.checkZero(op, b, c, y)
		}
		if op < opBAnd {
			if v, ok := m.compute(op, x, y); ok {
				return v
			}
		} else if i, ok := ToInteger(x); ok && !isString(b) && !isString(c) {
			if j, ok := ToInteger(y); ok {
				return Int(bitwise(op, i, j))
			}
		}
	}
	event := eventOf(op)
	if v, ok := m.binaryMeta(b, c, event); ok {
		return v
	}
	if op >= opBAnd {
		m.bitError(b, c, xok, yok, rb, rc)
	}
	_, bs := b.(string)
	_, cs := c.(string)
	if bs || cs {
		// Strings have arithmetic metamethods in 5.4, which report both operands.
		m.raise("attempt to %s a '%s' with a '%s'", event[2:], TypeName(b), TypeName(c))
	}
	if !xok {
		c, rc = b, rb
	}
	m.raiseType(c, "perform arithmetic on", rc)
	return nil
}

func isString(v any) bool { _, ok := v.(string); return ok }

// checkZero raises the error of an integer division by zero. With a string
// operand Lua's error comes from the string library and has no position.
func (m *state) checkZero(op int, b, c, y any) {
	x, _ := ToNumber(b)
	if i, ok := y.(int64); !ok || i != 0 || !isInt(x) {
		return
	}
	msg := "attempt to perform 'n%0'"
	if op == opIDiv {
		msg = "attempt to divide by zero"
	}
	if !isInt(b) || !isInt(c) {
		m.throw(msg)
	}
	m.raise("%s", msg)
}

// raiseType is typeError for an operation that may also run in a helper: the
// message then has the position of the helper's caller.
func (m *state) raiseType(v any, verb string, operand int) {
	if m.callInfo.isLua() {
		m.typeError(v, verb, operand)
	}
	m.raise("attempt to %s a %s value%s", verb, m.namedType(v), m.helperOperand(v))
}

// raise raises a message of an operation: with the current line in a Lua
// function or a helper of one, without position in a library function.
func (m *state) raise(format string, args ...any) {
	if m.callInfo.isLua() {
		m.fail(format, args...)
	}
	if m.isHelper(m.stack[m.callInfo.function]) {
		Raise(m.public(), 1, format, args...)
	}
	m.throw(fmt.Sprintf(format, args...))
}

// helperOperand describes the argument v of the running helper by where its
// caller took it from.
func (m *state) helperOperand(v any) string {
	ci := m.callInfo.previous
	if ci == nil || !ci.isLua() || m.callInfo.isLua() {
		return ""
	}
	p := m.protoOf(ci)
	if p == nil || ci.savedPC < 1 || (p.code[ci.savedPC-1].op() != opCall && p.code[ci.savedPC-1].op() != opTailCall) || !m.isHelper(m.stack[m.callInfo.function]) {
		return ""
	}
	call := p.code[ci.savedPC-1]
	for i := 1; i < call.b(); i++ {
		if RawEqual(m.stack[m.callInfo.function+i], v) {
			kind, name := p.objectName(call.a()+i, ci.savedPC-1)
			if kind != "" {
				return " (" + kind + " '" + name + "')"
			}
		}
	}
	return ""
}

func (m *state) isHelper(f any) bool {
	for _, h := range helpers {
		if h == f {
			return true
		}
	}
	return false
}

// bitError reports the operand that is no integer.
func (m *state) bitError(b, c any, xok, yok bool, rb, rc int) {
	switch {
	case isString(b):
		m.raiseType(b, "perform bitwise operation on", rb)
	case isString(c) && xok:
		m.raiseType(c, "perform bitwise operation on", rc)
	}
	if xok && yok {
		if _, ok := ToInteger(b); ok {
			b, rb = c, rc
		}
		where := m.helperOperand(b)
		if m.callInfo.isLua() {
			where = m.describe(rb)
		}
		m.raise("number%s has no integer representation", where)
	}
	if xok {
		b, rb = c, rc
	}
	m.raiseType(b, "perform bitwise operation on", rb)
}

func (m *state) compute(op int, x, y any) (any, bool) {
	i, iok := x.(int64)
	j, jok := y.(int64)
	if iok && jok {
		switch op {
		case opAdd:
			return Int(i + j), true
		case opSub:
			return Int(i - j), true
		case opMul:
			return Int(i * j), true
		case opUnaryMinus:
			return Int(-i), true
		case opMod:
			return Int(number.ModInt(i, j)), true
		case opIDiv:
			return Int(number.DivInt(i, j)), true
		}
	}
	f, _ := toFloat(x)
	g, _ := toFloat(y)
	switch op {
	case opAdd:
		return f + g, true
	case opSub:
		return f - g, true
	case opMul:
		return f * g, true
	case opDiv:
		return f / g, true
	case opMod:
		return number.ModFloat(f, g), true
	case opPow:
		return pow(f, g), true
	case opIDiv:
		return number.DivFloat(f, g), true
	case opUnaryMinus:
		return -f, true
	}
	return nil, false
}

func bitwise(op int, i, j int64) int64 {
	switch op {
	case opBAnd:
		return i & j
	case opBOr:
		return i | j
	case opBXor:
		return i ^ j
	case opShl:
		return number.ShiftLeft(i, j)
	case opShr:
		if j == -1<<63 {
			return 0
		}
		return number.ShiftLeft(i, -j)
	}
	return ^i
}

func (m *state) binaryMeta(b, c any, event string) (any, bool) {
	f := m.metaField(b, event)
	if f == nil {
		f = m.metaField(c, event)
	}
	if f == nil {
		return nil, false
	}
	if !isFunction(f) && m.metaField(f, "__call") == nil {
		m.raise("attempt to call a %s value (metamethod '%s')", m.namedType(f), event[2:])
	}
	return m.call1(f, b, c), true
}
