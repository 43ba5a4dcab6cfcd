package layout

import (
	lua "github.com/Shopify/go-lua"
)

// Bounds of a state, as go-lua and Lua 5.4 have them.
const (
	maxStack   = 1000000 // values
	extraStack = 5       // kept free at the end of the stack
	maxGoCalls = 200     // calls of Lua from Go inside one another
	errorStack = maxStack + 200
)

// call calls the function at stack position fn with what is above it, from Go.
// The results replace function and arguments.
func (m *state) call(fn, want int) {
	if m.nestedGoCallCount++; m.nestedGoCallCount >= maxGoCalls {
		if m.nestedGoCallCount >= maxGoCalls+maxGoCalls/8 {
			panic(lua.ErrorError) // while handling the overflow
		}
		m.raise("C stack overflow")
	}
	if !m.precall(fn, want) {
		m.execute(m.callInfo)
	}
	m.nestedGoCallCount--
}

// precall begins the call of the function at stack position fn. It reports
// whether the call is done, as a Go function is; a Lua function is left for
// execute.
func (m *state) precall(fn, want int) bool {
	for {
		f := m.stack[fn]
		switch typeOf(f) {
		case closureType:
			m.pushLua(fn, want, (*Closure)(dataOf(f)).prototype, 0)
			return false
		case goFunctionType:
			m.callGo((*goFunction)(dataOf(f)).Function, fn, want)
			return true
		case goClosureType:
			m.callGo((*goClosure)(dataOf(f)).function, fn, want)
			return true
		}
		m.callable(fn)
	}
}

// callable puts the metamethod of a value that is called below its arguments,
// or raises the error.
func (m *state) callable(fn int) {
	f := m.stack[fn]
	tm := m.metaField(f, "__call")
	if tm == nil {
		operand := -1
		if m.callInfo.isLua() {
			operand = fn - m.callInfo.base()
		}
		m.raiseType(f, "call", operand)
	}
	m.reserve(1)
	copy(m.stack[fn+1:m.top+1], m.stack[fn:m.top])
	m.stack[fn] = tm
	m.top++
}

// record returns the call record that follows the running one.
func (m *state) record() *callInfo {
	ci := m.callInfo.next
	if ci == nil {
		ci = &callInfo{previous: m.callInfo}
		m.callInfo.next = ci
	}
	return ci
}

func (m *state) pushLua(fn, want int, p *Prototype, status byte) {
	m.reserve(p.maxStackSize + p.parameterCount)
	for n := m.top - fn - 1; n < p.parameterCount; n++ {
		m.stack[m.top] = nil
		m.top++
	}
	base := fn + 1
	if p.isVarArg {
		fixed := m.stack[base : base+p.parameterCount]
		base = m.top
		copy(m.stack[base:], fixed)
		clear(fixed)
	}
	ci := m.record()
	if ci.luaCallInfo == nil {
		ci.luaCallInfo = &luaCallInfo{}
	}
	ci.function, ci.top, ci.resultCount, ci.callStatus = fn, base+p.maxStackSize, want, statusLua|status
	ci.frame, ci.savedPC, ci.code = m.stack[base:ci.top], 0, p.code
	m.callInfo, m.top = ci, ci.top
}

func (m *state) callGo(f lua.Function, fn, want int) {
	m.reserve(lua.MinStack)
	ci := m.record()
	ci.function, ci.top, ci.resultCount, ci.callStatus = fn, m.top+lua.MinStack, want, 0
	m.callInfo = ci
	n := f(m.public())
	m.postcall(ci, m.top-n)
}

// postcall ends a call: results from first to the top move to where the function
// was, as many as wanted.
func (m *state) postcall(ci *callInfo, first int) {
	m.callInfo = ci.previous
	to, want := ci.function, ci.resultCount
	switch {
	case want == 0:
	case want == 1:
		if first < m.top {
			m.stack[to] = m.stack[first]
		} else {
			m.stack[to] = nil
		}
		to++
	case want < 0:
		to += copy(m.stack[to:], m.stack[first:m.top])
	default:
		n := copy(m.stack[to:to+want], m.stack[first:m.top])
		clear(m.stack[to+n : to+want])
		to += want
	}
	m.top = to
}

// replace makes the Lua function at fn, with its arguments, take the place of
// the running one. It reports false when it cannot: no Lua function, or
// variables of the running one are to be closed after the call.
func (m *state) replace(ci *callInfo, cl *Closure, fn int) bool {
	f := m.stack[fn]
	if typeOf(f) != closureType {
		return false
	}
	if len(cl.prototype.children) > 0 && m.upValues != nil {
		base := ci.base()
		if m.mustClose(base) {
			return false
		}
		m.detach(base)
	}
	m.top = ci.function + copy(m.stack[ci.function:], m.stack[fn:m.top])
	m.callInfo = ci.previous
	m.pushLua(ci.function, ci.resultCount, (*Closure)(dataOf(f)).prototype, ci.callStatus&statusReentry|statusTail)
	return true
}

// varArgs copies n of the extra arguments, or all, to register a and on.
func (m *state) varArgs(ci *callInfo, p *Prototype, a, n int) {
	base := ci.base()
	have := base - ci.function - p.parameterCount - 1
	if n < 0 {
		n = have
		m.reserve(n)
		m.top = base + a + n
		if ci.top < m.top {
			ci.top = m.top
			ci.frame = m.stack[base:ci.top]
		}
	}
	to := ci.frame[a : a+n]
	k := copy(to, m.stack[base-have:base])
	clear(to[k:])
}

// reserve makes room for n values above the top.
func (m *state) reserve(n int) {
	if m.stackLast-m.top <= n {
		m.grow(n)
	}
}

func (m *state) grow(n int) {
	if len(m.stack) > maxStack {
		panic(lua.ErrorError) // while handling the overflow
	}
	needed := m.top + n + extraStack
	if needed > maxStack {
		m.resize(errorStack)
		m.raise("stack overflow")
	}
	m.resize(max(needed, min(2*len(m.stack), maxStack)))
}

// resize gives the stack another size and the running functions their part of it.
func (m *state) resize(size int) {
	stack := make([]any, size)
	copy(stack, m.stack)
	m.stack, m.stackLast = stack, size-extraStack
	for ci := m.callInfo; ci != nil; ci = ci.previous {
		if ci.isLua() {
			ci.frame = stack[ci.base():ci.top]
		}
	}
}

// protectedCall is call that catches errors: everything is as before the call
// then, but for the values above the top, and variables that are to be closed
// still are (see closeAfter).
func (m *state) protectedCall(fn, want int) (err error) {
	ci, nested := m.callInfo, m.nestedGoCallCount
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		err = recoverable(r)
		m.callInfo, m.nestedGoCallCount = ci, nested
		m.top = fn
		if len(m.stack) > maxStack {
			m.resize(max(m.highest()+lua.MinStack, maxStack/4))
		}
	}()
	m.call(fn, want)
	return nil
}

// highest is the end of what the stack still holds: the top, or the last
// variable that is to be closed.
func (m *state) highest() int {
	top := m.top
	for u := m.upValues; u != nil; u = u.next {
		if v, ok := u.upValue.home.(*pending); ok {
			top = max(top, v.slot+1)
		}
	}
	return top
}

func (m *state) tick() {
	m.hookCount--
	if m.hookCount < 0 {
		m.hookCount = m.baseHookCount
		if m.hooker != nil {
			m.hooker(m.public(), lua.Debug{})
		}
	}
}
