package layout

import (
	"fmt"
	"runtime"
	"runtime/debug"

	lua "github.com/Shopify/go-lua"
)

// portable tells that states are this package's own: the linked go-lua is laid
// out in a way that this package does not know, and only its compiler is used,
// through its exported functions.
var portable bool

// NewState makes a state with empty globals.
func NewState() *lua.State {
	var m *state
	if portable {
		m = newState()
		m.global = &globalState{mainThread: m}
	} else {
		m = mirror(lua.NewState())
	}
	// Without one, the VM takes an error for one outside of any protected call.
	m.protectFunction = func() {}
	m.baseCallInfo.luaCallInfo = nil // the VM would keep a frame in step with the stack
	r := NewTable(2, 0)
	r.SetInt(lua.RegistryIndexMainThread, pack(threadType, ptr(m)))
	r.SetInt(lua.RegistryIndexGlobals, tableValue(NewTable(0, 64)))
	m.global.registry = r
	return m.public()
}

func newState() *state {
	m := &state{allowHook: true, nonYieldableCallCount: 1}
	m.stack = make([]any, 2*lua.MinStack)
	m.stackLast = len(m.stack) - extraStack
	m.top = 1
	m.baseCallInfo.top = m.top + lua.MinStack
	m.callInfo = &m.baseCallInfo
	return m
}

// NewThread makes a state that shares everything with l but the stack.
func NewThread(l *lua.State) *lua.State {
	p := mirror(l)
	m := newState() // the VM's own brings tables that a thread does not need
	m.protectFunction = func() {}
	m.global = p.global
	m.error = p.error
	m.hooker, m.hookCount, m.baseHookCount = p.hooker, p.baseHookCount, p.baseHookCount
	return m.public()
}

// Top is the number of values in the running function's frame.
func Top(l *lua.State) int { return ArgCount(l) }

// SetTop drops values above the n-th, or adds nils.
func SetTop(l *lua.State, n int) {
	m := mirror(l)
	top := m.callInfo.function + 1 + n
	if top > m.top {
		m.reserve(top - m.top)
		clear(m.stack[m.top:top])
	}
	m.top = top
}

// Insert moves the top value to place n, shifting those from there up.
func Insert(l *lua.State, n int) {
	m := mirror(l)
	at := m.callInfo.function + n
	v := m.stack[m.top-1]
	copy(m.stack[at+1:m.top], m.stack[at:m.top-1])
	m.stack[at] = v
}

// Reserve makes room for n more values; false when the stack would be too large.
func Reserve(l *lua.State, n int) (ok bool) {
	m := mirror(l)
	if m.top+n+extraStack > maxStack {
		return false
	}
	m.reserve(n)
	return true
}

// CallTop calls the function below the n values on top; the results replace them.
func CallTop(l *lua.State, n int) {
	m := mirror(l)
	m.call(m.top-n-1, -1)
}

// ProtectedCall is CallTop that catches errors; the function and its arguments
// are gone then.
func ProtectedCall(l *lua.State, n int) error {
	m := mirror(l)
	return m.protectedCall(m.top-n-1, -1)
}

// Run is ProtectedCall for the outermost call of a state: the VM makes it.
func Run(l *lua.State, n int) error {
	m := mirror(l)
	if portable {
		return m.protectedCall(m.top-n-1, -1)
	}
	fn := m.top - n - 1
	// The VM must not have to grow the stack itself: it takes records of calls
	// for Lua functions that only once were.
	room := 2 * lua.MinStack
	if c := asClosure(m.stack[fn]); c != nil {
		room += c.prototype.maxStackSize
	}
	m.reserve(room)
	if !isFunction(m.stack[fn]) {
		m.callable(fn)
		n++
	}
	err := l.ProtectedCall(n, lua.MultipleReturns, 0)
	if err != nil {
		m.top = fn
	}
	return err
}

// Fault is a run-time error of Go inside the machine or a library function.
type Fault struct {
	Err   error
	Stack []byte // where it happened
}

func (f *Fault) Error() string { return f.Err.Error() }

// recoverable turns what a panic carried into an error. It is called while the
// stack of the panic still stands.
func recoverable(r any) error {
	switch err := r.(type) {
	case runtime.Error:
		return &Fault{err, debug.Stack()}
	case error:
		return err
	}
	return &Fault{fmt.Errorf("%v", r), debug.Stack()}
}
