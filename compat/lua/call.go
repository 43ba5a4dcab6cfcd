package lua

import (
	"fmt"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

// Function is a Go function callable from Lua. A Go panic in it becomes a Lua
// error and is counted.
type Function func(c *Call)

// Kind is the type of an argument.
type Kind uint8

// Kinds of arguments. None is an argument that was not given; Other is a
// thread or userdata.
const (
	None Kind = iota
	Nil
	Boolean
	Number
	String
	TableKind
	FunctionKind
	Other
)

// String is the kind's name as Lua's messages have it.
func (k Kind) String() string {
	return [...]string{"no value", "nil", "boolean", "number", "string", "table", "function", "userdata"}[k]
}

// Call is one call of a Function: its arguments, numbered from 1, and its
// results. It is valid until the function returns.
type Call struct {
	vm      *VM
	l       *golua.State
	results []any
	few     [4]any
}

// VM returns the machine that makes the call.
func (c *Call) VM() *VM { return c.vm }

// N is the number of arguments.
func (c *Call) N() int { return layout.ArgCount(c.l) }

func (c *Call) arg(i int) any {
	if i < 1 {
		return nil
	}
	return layout.Arg(c.l, i)
}

// Kind returns the kind of argument i.
func (c *Call) Kind(i int) Kind {
	if i < 1 || i > c.N() {
		return None
	}
	return kindOf(c.arg(i))
}

func kindOf(v any) Kind {
	switch layout.TypeName(v) {
	case "nil":
		return Nil
	case "boolean":
		return Boolean
	case "number":
		return Number
	case "string":
		return String
	case "table":
		return TableKind
	case "function":
		return FunctionKind
	}
	return Other
}

// Str returns argument i as a string: a string, or the text of a number.
func (c *Call) Str(i int) (string, bool) { return layout.ToString(c.arg(i)) }

// Num returns argument i as a float: a number or a numeric string.
func (c *Call) Num(i int) (float64, bool) {
	switch n := numeric(c.arg(i)).(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

// Int returns argument i as an integer: a number or a numeric string; a
// fraction is cut off.
func (c *Call) Int(i int) (int64, bool) {
	switch n := numeric(c.arg(i)).(type) {
	case int64:
		return n, true
	case float64:
		return truncate(n), true
	}
	return 0, false
}

// numeric converts v to int64 or float64, or nil.
func numeric(v any) any {
	n, ok := layout.ToNumber(v)
	if !ok {
		return nil
	}
	return n
}

// truncate converts like C does for values in range and saturates others.
func truncate(f float64) int64 {
	switch {
	case f != f:
		return 0
	case f >= 9223372036854775807:
		return 9223372036854775807
	case f <= -9223372036854775808:
		return -9223372036854775808
	}
	return int64(f)
}

// Bool returns argument i if it is a boolean.
func (c *Call) Bool(i int) (value, ok bool) {
	value, ok = c.arg(i).(bool)
	return
}

// Truthy is Lua's test of argument i.
func (c *Call) Truthy(i int) bool { return layout.Truthy(c.arg(i)) }

// Table returns a deep copy of argument i, or nil when it is no table. A table
// met again inside itself is left out.
func (c *Call) Table(i int) *Table {
	t := layout.AsTable(c.arg(i))
	if t == nil {
		return nil
	}
	return copyTable(t)
}

// Value returns argument i as a Go value (see value.go). A function or userdata
// becomes an opaque value that can be pushed again during this call.
func (c *Call) Value(i int) any { return fromLua(c.arg(i)) }

// Push appends one result.
func (c *Call) Push(v any) {
	if c.results == nil {
		c.results = c.few[:0]
	}
	c.results = append(c.results, toLua(v))
}

// Fail raises a Lua error at the calling script's line.
func (c *Call) Fail(format string, a ...any) { layout.Raise(c.l, 1, format, a...) }

// CallFunction calls argument i, a Lua function, and returns its results. A Lua
// error in it is returned as a *ScriptError, except that the end of the whole
// run (deadline, memory) is not caught.
func (c *Call) CallFunction(i int, args ...any) (results []any, err error) {
	f := c.arg(i)
	in := make([]any, len(args))
	for k, a := range args {
		in[k] = toLua(a)
	}
	out, failure := c.vm.protected(c.l, f, in, handler{})
	if failure != nil {
		return nil, c.vm.scriptError(failure, "")
	}
	for k, v := range out {
		out[k] = fromLua(v)
	}
	return out, nil
}

// Namespace is a group of functions, installed as a global table that is empty
// but for a metatable whose __index holds the functions: scripts may add fields,
// and a missing name reads as nil.
type Namespace struct {
	Name      string
	Functions map[string]Function
}

// wrap makes a Lua function of fn.
func (r *Runtime) wrap(name string, fn Function) (wrapped any) {
	wrapped = layout.Function(func(l *golua.State) int {
		vm := vmOf(l)
		c := Call{vm: vm, l: l}
		if vm.rec != nil {
			return vm.recorded(&c, name, fn, wrapped)
		}
		vm.enter(&c, name, fn)
		return layout.Return(l, c.results...)
	})
	return wrapped
}

// recorded is a call while a template is made.
func (vm *VM) recorded(c *Call, name string, fn Function, wrapped any) int {
	args := append([]any(nil), layout.Args(c.l)...)
	vm.enter(c, name, fn)
	vm.observe(name, wrapped, args, c.results)
	return layout.Return(c.l, c.results...)
}

// enter runs fn; a Go panic in it becomes a Lua error.
func (vm *VM) enter(c *Call, name string, fn Function) {
	defer func() {
		if p := recover(); p != nil {
			if isLuaError(p) {
				panic(p)
			}
			vm.rt.panicked(name, p)
			layout.Raise(c.l, 1, "internal error in '%s': %v", name, p)
		}
	}()
	fn(c)
}

func isLuaError(p any) bool {
	switch p.(type) {
	case *layout.Thrown, *killed, golua.RuntimeError:
		return true
	}
	return p == golua.ErrorError || p == golua.MemoryError || p == golua.SyntaxError
}

// opaque carries a Lua value that has no Go form.
type opaque struct{ v any }

func (o opaque) String() string { return basicString(o.v) }

// maxCopy bounds how many values one conversion of a table copies.
const maxCopy = 4 << 20

func fromLua(v any) any {
	switch v := v.(type) {
	case nil, bool, string, int64, float64:
		return v
	}
	if t := layout.AsTable(v); t != nil {
		return copyTable(t)
	}
	return opaque{v}
}

func copyTable(t *layout.Table) *Table {
	n := 0
	return copyNested(t, map[*layout.Table]bool{}, &n)
}

func copyNested(t *layout.Table, open map[*layout.Table]bool, n *int) *Table {
	open[t] = true
	defer delete(open, t)
	list, hash := t.Count()
	out := NewTable(hash)
	if list > 0 {
		out.arr = make([]any, 0, list)
	}
	it := t.Iterate()
	for {
		k, v, ok := it.Next()
		if !ok || *n > maxCopy {
			return out
		}
		*n++
		if nested := layout.AsTable(v); nested != nil {
			if open[nested] || len(open) > 200 {
				continue
			}
			v = copyNested(nested, open, n)
		} else {
			v = fromLua(v)
		}
		switch k.(type) {
		case int64:
			if k == int64(len(out.arr))+1 {
				out.arr = append(out.arr, v)
				continue
			}
		case string, float64, bool:
		default:
			k = opaque{k}
		}
		out.Set(k, v)
	}
}

func toLua(v any) any {
	switch v := v.(type) {
	case nil, bool, string, float64:
		return v
	case int64:
		return layout.Int(v)
	case int:
		return layout.Int(int64(v))
	case uint64:
		return layout.Int(int64(v)) // as C's lua_pushinteger: the bits stay
	case uint32:
		return layout.Int(int64(v))
	case int32:
		return layout.Int(int64(v))
	case uint16:
		return layout.Int(int64(v))
	case int16:
		return layout.Int(int64(v))
	case uint8:
		return layout.Int(int64(v))
	case int8:
		return layout.Int(int64(v))
	case uint:
		return layout.Int(int64(v))
	case float32:
		return float64(v)
	case []byte:
		return string(v)
	case *Table:
		if v == nil {
			return nil
		}
		return tableToLua(v).Value()
	case Function:
		return wrapPlain(v)
	case func(c *Call):
		return wrapPlain(v)
	case opaque:
		return v.v
	}
	return fmt.Sprint(v)
}

func wrapPlain(fn Function) any {
	return layout.Function(func(l *golua.State) int {
		vm := vmOf(l)
		c := Call{vm: vm, l: l}
		vm.enter(&c, "function", fn)
		return layout.Return(l, c.results...)
	})
}

func tableToLua(t *Table) *layout.Table {
	out := layout.NewTable(len(t.arr), len(t.keys))
	for i, v := range t.arr {
		out.SetInt(int64(i+1), toLua(v))
	}
	for i, k := range t.keys {
		switch k := k.(type) {
		case string:
			out.Set(t.keys[i], toLua(t.vals[i])) // the key is an interface already
		default:
			lk := toLua(k)
			if _, ok := layout.ValidKey(lk); ok {
				out.Set(lk, toLua(t.vals[i]))
			}
		}
	}
	return out
}

// Merge writes what t holds into the table that is argument i; a table in both
// is merged in turn. It does nothing when argument i is no table.
func (c *Call) Merge(i int, t *Table) {
	if to := layout.AsTable(c.arg(i)); to != nil {
		mergeTable(to, t)
	}
}

func mergeTable(to *layout.Table, t *Table) {
	t.Each(func(key, v any) bool {
		k := toLua(key)
		if sub, ok := v.(*Table); ok {
			if there := layout.AsTable(to.Get(k)); there != nil {
				mergeTable(there, sub)
				return true
			}
		}
		to.Set(k, toLua(v))
		return true
	})
}
