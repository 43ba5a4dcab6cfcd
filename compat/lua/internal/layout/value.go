package layout

import (
	"hash/maphash"
	"unsafe"

	lua "github.com/Shopify/go-lua"
)

// Lua values in Go: nil, bool, int64, float64, string, and the VM's own table,
// function, userdata and thread types, opaque outside this package.

// maxShort is the length up to which Lua keeps one copy of equal strings.
const maxShort = 40

const (
	smallLow  = -1024
	smallHigh = 1 << 15
)

// small holds the integers of everyday arithmetic, which are boxed by pointing at them.
var small = func() (s [smallHigh - smallLow]int64) {
	for i := range s {
		s[i] = int64(i + smallLow)
	}
	return
}()

// Int boxes n.
func Int(n int64) any {
	if v := smallAt(n); v != nil {
		return pack(intType, ptr(v))
	}
	return n
}

// smallAt is where n is among small, nil elsewhere.
func smallAt(n int64) *int64 {
	if i := uint64(n - smallLow); i < uint64(len(small)) {
		return &small[i]
	}
	return nil
}

// Arg returns argument i (1-based) of the running Go function; nil when absent.
func Arg(l *lua.State, i int) any {
	m := mirror(l)
	if p := m.callInfo.function + i; p < m.top {
		return m.stack[p]
	}
	return nil
}

// Args returns the arguments of the running Go function. The slice is the VM's
// stack: it is valid until the next call or push that may grow the stack.
func Args(l *lua.State) []any {
	m := mirror(l)
	return m.stack[m.callInfo.function+1 : m.top : m.top]
}

// ArgCount is the number of arguments (or values in the frame).
func ArgCount(l *lua.State) int {
	m := mirror(l)
	return m.top - m.callInfo.function - 1
}

// Push pushes v.
func Push(l *lua.State, v any) {
	m := mirror(l)
	m.reserve(1)
	m.stack[m.top] = v
	m.top++
}

// Return pushes the results and returns their number, for the end of a Go function.
func Return(l *lua.State, vs ...any) int {
	m := mirror(l)
	m.reserve(len(vs))
	m.top += copy(m.stack[m.top:], vs)
	return len(vs)
}

// Call calls f with args from Go and returns its results (want < 0: all). The
// result slice is fresh.
func Call(l *lua.State, f any, want int, args ...any) []any {
	m := mirror(l)
	fn := m.push(f, args)
	m.call(fn, want)
	out := make([]any, m.top-fn)
	copy(out, m.stack[fn:m.top])
	m.top = fn
	return out
}

// Call1 calls f from a Go function and returns its first result.
func Call1(l *lua.State, f any, args ...any) any { return mirror(l).call1(f, args...) }

// push puts a function and its arguments on the stack and returns its position.
func (m *state) push(f any, args []any) int {
	m.reserve(len(args) + 1)
	m.checkCallable(f)
	fn := m.top
	m.stack[fn] = f
	m.top = fn + 1 + copy(m.stack[fn+1:], args)
	return fn
}

func (m *state) call1(f any, args ...any) any {
	fn := m.push(f, args)
	m.call(fn, 1)
	m.top = fn
	return m.stack[fn]
}

func (m *state) call0(f any, args ...any) {
	fn := m.push(f, args)
	m.call(fn, 0)
	m.top = fn
}

// Callable reports whether v can be called.
func Callable(l *lua.State, v any) bool {
	return isFunction(v) || mirror(l).metaField(v, "__call") != nil
}

func (m *state) checkCallable(f any) {
	if !isFunction(f) && m.metaField(f, "__call") == nil {
		m.raiseType(f, "call", -1)
	}
}

// IsFunction reports whether v can be called without a metamethod.
func IsFunction(v any) bool { return isFunction(v) }

// Function wraps a Go function; it belongs to no VM.
func Function(f lua.Function) any {
	return pack(goFunctionType, ptr(&goFunction{f}))
}

// UserData wraps data with a metatable.
func UserData(data any, meta *Table) any {
	return pack(userDataType, ptr(&userData{data: data, metaTable: meta}))
}

// Data returns what UserData wrapped.
func Data(v any) (any, bool) {
	if typeOf(v) != userDataType {
		return nil, false
	}
	return (*userData)(dataOf(v)).data, true
}

// SetDataMeta sets the metatable of a userdata.
func SetDataMeta(v any, meta *Table) { (*userData)(dataOf(v)).metaTable = meta }

// IsUserData reports whether v is a userdata.
func IsUserData(v any) bool { return typeOf(v) == userDataType }

// Address is the identity of a string, table, function or userdata, for "%p". As
// in Lua, equal short strings are one and long ones are told apart.
func Address(v any) (uintptr, bool) {
	if s, ok := v.(string); ok {
		if len(s) > maxShort {
			return uintptr(unsafe.Pointer(unsafe.StringData(s))), true
		}
		return uintptr(maphash.String(seed, s)) >> 16 << 3, true
	}
	switch typeOf(v) {
	case tableType, closureType, goFunctionType, goClosureType, userDataType, threadType:
		return uintptr(dataOf(v)), true
	}
	return 0, false
}

// TypeName is Lua's type(v).
func TypeName(v any) string {
	switch v.(type) {
	case nil:
		return "nil"
	case bool:
		return "boolean"
	case int64, float64:
		return "number"
	case string:
		return "string"
	}
	switch typeOf(v) {
	case tableType:
		return "table"
	case closureType, goFunctionType, goClosureType:
		return "function"
	case threadType:
		return "thread"
	case userDataType:
		if d, ok := (*userData)(dataOf(v)).data.(interface{ LuaType() string }); ok {
			return d.LuaType()
		}
	}
	return "userdata"
}

// Truthy is Lua's test.
func Truthy(v any) bool { return v != nil && v != false }

// MetaOf returns the metatable of v, or nil.
func MetaOf(l *lua.State, v any) *Table { return mirror(l).metaOf(v) }

func (m *state) metaOf(v any) *Table {
	switch v.(type) {
	case nil:
		return m.global.metaTables[lua.TypeNil]
	case bool:
		return m.global.metaTables[lua.TypeBoolean]
	case int64, float64:
		return m.global.metaTables[lua.TypeNumber]
	case string:
		return m.global.metaTables[lua.TypeString]
	}
	switch typeOf(v) {
	case tableType:
		return (*Table)(dataOf(v)).metaTable
	case userDataType:
		return (*userData)(dataOf(v)).metaTable
	case closureType, goFunctionType, goClosureType:
		return m.global.metaTables[lua.TypeFunction]
	case threadType:
		return m.global.metaTables[lua.TypeThread]
	}
	return nil
}

// SetTypeMeta sets the metatable that all values of v's basic type share.
func SetTypeMeta(l *lua.State, v any, meta *Table) {
	m := mirror(l)
	switch v.(type) {
	case nil:
		m.global.metaTables[lua.TypeNil] = meta
	case bool:
		m.global.metaTables[lua.TypeBoolean] = meta
	case int64, float64:
		m.global.metaTables[lua.TypeNumber] = meta
	case string:
		m.global.metaTables[lua.TypeString] = meta
	default:
		if isFunction(v) {
			m.global.metaTables[lua.TypeFunction] = meta
		}
	}
}

// MetaField returns field name of v's metatable, or nil.
func MetaField(l *lua.State, v any, name string) any {
	return mirror(l).metaField(v, name)
}

// Globals returns the table of globals.
func Globals(l *lua.State) *Table {
	return asTable(mirror(l).global.registry.GetInt(lua.RegistryIndexGlobals))
}

// Registry returns the registry table.
func Registry(l *lua.State) *Table { return mirror(l).global.registry }

// SetOwner attaches what the functions of a VM need to find from its state;
// threads made later inherit it.
func SetOwner(l *lua.State, owner error) { mirror(l).error = owner }

// Owner returns what SetOwner attached.
func Owner(l *lua.State) error { return mirror(l).error }

// SetTick makes f run after every n loop iterations and calls.
func SetTick(l *lua.State, n int, f func(l *lua.State)) {
	m := mirror(l)
	m.hooker = func(l *lua.State, _ lua.Debug) { f(l) }
	m.hookCount, m.baseHookCount, m.hookMask = n, n, 0
}

// Tick counts one step, running what SetTick set when it is due.
func Tick(l *lua.State) { mirror(l).tick() }
