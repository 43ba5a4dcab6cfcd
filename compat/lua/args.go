package lua

import (
	"fmt"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

// The library functions read their arguments with these; a wrong one raises
// Lua's message.

// libFunc is a library function: results are returned with layout.Return.
type libFunc = func(l *golua.State) int

func argError(l *golua.State, i int, format string, a ...any) {
	msg := fmt.Sprintf(format, a...)
	kind, name := layout.FunctionName(l, 0)
	if kind == "method" {
		i--
		if i == 0 {
			layout.Raise(l, 1, "calling '%s' on bad self (%s)", name, msg)
		}
	}
	if name == "" || name == "?" {
		name = libraryName(l)
	}
	layout.Raise(l, 1, "bad argument #%d to '%s' (%s)", i, name, msg)
}

// libraryName finds the running Go function among the loaded libraries.
func libraryName(l *golua.State) string {
	f, ok := layout.FrameAt(l, 0)
	if !ok {
		return "?"
	}
	pkg := layout.AsTable(layout.Registry(l).GetStr(loadedKey))
	if pkg == nil {
		return "?"
	}
	for _, lib := range libraryOrder {
		if t := layout.AsTable(pkg.GetStr(lib)); t != nil {
			it := t.Iterate()
			for k, v, ok := it.Next(); ok; k, v, ok = it.Next() {
				if v == f.Func {
					if s, ok := k.(string); ok {
						if lib != "_G" {
							return lib + "." + s
						}
						return s
					}
				}
			}
		}
	}
	return "?"
}

var libraryOrder = []string{"_G", "string", "table", "math", "os", "io", "utf8", "coroutine", "debug", "package"}

func typeError(l *golua.State, i int, want string) {
	got := "no value"
	if i <= layout.ArgCount(l) {
		got = layout.NamedType(l, layout.Arg(l, i))
	}
	argError(l, i, "%s expected, got %s", want, got)
}

func checkAny(l *golua.State, i int) any {
	if i > layout.ArgCount(l) {
		argError(l, i, "value expected")
	}
	return layout.Arg(l, i)
}

func checkTable(l *golua.State, i int) *layout.Table {
	t := layout.AsTable(layout.Arg(l, i))
	if t == nil {
		typeError(l, i, "table")
	}
	return t
}

func checkStr(l *golua.State, i int) string {
	switch v := layout.Arg(l, i).(type) {
	case string:
		return v
	case int64, float64:
		s, _ := layout.NumberString(v)
		return s
	}
	typeError(l, i, "string")
	return ""
}

func optStr(l *golua.State, i int, def string) string {
	if layout.Arg(l, i) == nil {
		return def
	}
	return checkStr(l, i)
}

func checkInt(l *golua.State, i int) int64 {
	v := layout.Arg(l, i)
	if n, ok := v.(int64); ok {
		return n
	}
	if n, ok := layout.ToInteger(v); ok {
		return n
	}
	if _, ok := layout.ToNumber(v); ok {
		argError(l, i, "number has no integer representation")
	}
	typeError(l, i, "number")
	return 0
}

func optInt(l *golua.State, i int, def int64) int64 {
	if layout.Arg(l, i) == nil {
		return def
	}
	return checkInt(l, i)
}

// checkNumber returns int64 or float64.
func checkNumber(l *golua.State, i int) any {
	n, ok := layout.ToNumber(layout.Arg(l, i))
	if !ok {
		typeError(l, i, "number")
	}
	return n
}

func checkFloat(l *golua.State, i int) float64 {
	switch n := checkNumber(l, i).(type) {
	case int64:
		return float64(n)
	case float64:
		return n
	}
	return 0
}

func checkFunction(l *golua.State, i int) any {
	v := layout.Arg(l, i)
	if !layout.IsFunction(v) {
		typeError(l, i, "function")
	}
	return v
}

// ret returns results.
func ret(l *golua.State, vs ...any) int { return layout.Return(l, vs...) }

func integer(n int) any { return layout.Int(int64(n)) }

// register fills a table with functions.
func register(t *layout.Table, fns map[string]libFunc) {
	for name, fn := range fns {
		t.SetStr(name, layout.StaticFunction(fn))
	}
}
