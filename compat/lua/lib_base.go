package lua

import (
	"fmt"
	"io"
	"runtime"
	"strings"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

var (
	nextFunc   = layout.StaticFunction(baseNext)
	ipairsNext = layout.StaticFunction(baseIpairsNext)
)

func init() { layout.SetIterators(nextFunc, ipairsNext) }

// open installs the libraries, the namespaces and print.
func (vm *VM) open() {
	l := vm.l
	reg := layout.Registry(l)
	loaded := layout.NewTable(0, 64)
	reg.SetStr(loadedKey, loaded.Value())
	g := layout.Globals(l)
	g.SetStr("_G", g.Value())
	g.SetStr("_VERSION", "Lua 5.4")
	register(g, baseFunctions)
	g.SetStr("next", nextFunc)
	if vm.rt.cfg.Print != nil {
		g.SetStr("print", vm.rt.print)
	}
	loaded.SetStr("_G", g.Value())
	add := func(name string, t *layout.Table) {
		g.SetStr(name, t.Value())
		loaded.SetStr(name, t.Value())
	}
	vm.openPackage(add)
	for name, open := range libraries {
		add(name, open(vm))
	}
	for _, ns := range vm.rt.namespaces {
		meta := layout.NewTable(0, 1)
		meta.SetStr("__index", ns.functions.Share().Value())
		t := layout.NewTable(0, 0)
		t.SetMeta(meta)
		g.SetStr(ns.name, t.Value())
	}
}

// libraries makes the table of each library.
var libraries = map[string]func(vm *VM) *layout.Table{}

var baseFunctions map[string]libFunc

func init() {
	baseFunctions = map[string]libFunc{
		"assert": baseAssert, "collectgarbage": baseCollectGarbage, "dofile": baseDofile,
		"error": baseError, "getmetatable": baseGetMetatable, "ipairs": baseIpairs,
		"load": baseLoad, "loadfile": baseLoadfile, "pairs": basePairs, "pcall": basePcall,
		"print": basePrint, "rawequal": baseRawEqual, "rawget": baseRawGet, "rawlen": baseRawLen,
		"rawset": baseRawSet, "select": baseSelect, "setmetatable": baseSetMetatable,
		"tonumber": baseToNumber, "tostring": baseToString, "type": baseType, "xpcall": baseXpcall,
		"warn": baseWarn,
	}
}

func basePrint(l *golua.State) int {
	impure(l, "print")
	out := vmOf(l).rt.cfg.Stdout
	var b strings.Builder
	for i := 1; i <= layout.ArgCount(l); i++ {
		if i > 1 {
			b.WriteByte('\t')
		}
		b.WriteString(tostring(l, layout.Arg(l, i)))
	}
	b.WriteByte('\n')
	_, _ = io.WriteString(out, b.String())
	return 0
}

func baseWarn(l *golua.State) int {
	var b strings.Builder
	for i := 1; i <= max(layout.ArgCount(l), 1); i++ {
		b.WriteString(checkStr(l, i))
	}
	if s := b.String(); !strings.HasPrefix(s, "@") {
		fmt.Fprintf(vmOf(l).rt.cfg.Stderr, "Lua warning: %s\n", s)
	}
	return 0
}

func baseType(l *golua.State) int { return ret(l, layout.TypeName(checkAny(l, 1))) }

func baseToString(l *golua.State) int { return ret(l, tostring(l, checkAny(l, 1))) }

// tostring is Lua's tostring(v).
func tostring(l *golua.State, v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64, float64:
		if mt := layout.MetaOf(l, v); mt == nil {
			s, _ := layout.NumberString(v)
			return s
		}
	}
	if mt := layout.MetaOf(l, v); mt != nil {
		if f := mt.GetStr("__tostring"); f != nil {
			r := layout.Call(l, f, 1, v)[0]
			s, ok := layout.ToString(r)
			if !ok {
				layout.Raise(l, 1, "'__tostring' must return a string")
			}
			return s
		}
		if n, ok := mt.GetStr("__name").(string); ok {
			if p, ok := layout.Address(v); ok {
				return fmt.Sprintf("%s: 0x%012x", n, p)
			}
		}
	}
	return basicString(v)
}

func basicString(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case bool:
		if v {
			return "true"
		}
		return "false"
	case string:
		return v
	}
	if s, ok := layout.NumberString(v); ok {
		return s
	}
	name := layout.TypeName(v)
	p, _ := layout.Address(v)
	return fmt.Sprintf("%s: 0x%012x", name, p)
}

func baseToNumber(l *golua.State) int {
	if layout.Arg(l, 2) == nil {
		v := checkAny(l, 1)
		switch v.(type) {
		case int64, float64:
			return ret(l, v)
		case string:
			if n, ok := layout.ToNumber(v); ok {
				return ret(l, n)
			}
		}
		return ret(l, nil)
	}
	base := checkInt(l, 2)
	s, ok := layout.Arg(l, 1).(string)
	if !ok {
		typeError(l, 1, "string")
	}
	if base < 2 || base > 36 {
		argError(l, 2, "base out of range")
	}
	s = strings.ToLower(strings.Trim(s, " \t\n\r\f\v"))
	neg := strings.HasPrefix(s, "-")
	if neg || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	var n uint64
	for i := 0; i < len(s); i++ {
		d := int64(99)
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			d = int64(c - '0')
		case c >= 'a' && c <= 'z':
			d = int64(c-'a') + 10
		}
		if d >= base {
			return ret(l, nil)
		}
		n = n*uint64(base) + uint64(d)
	}
	if s == "" {
		return ret(l, nil)
	}
	if neg {
		n = -n
	}
	return ret(l, layout.Int(int64(n)))
}

func baseNext(l *golua.State) int {
	t := checkTable(l, 1)
	k, v, ok := t.Next(layout.Arg(l, 2))
	if !ok {
		layout.Throw(l, "invalid key to 'next'")
	}
	if k == nil {
		return ret(l, nil)
	}
	return ret(l, k, v)
}

func basePairs(l *golua.State) int {
	v := checkAny(l, 1)
	if f := layout.MetaField(l, v, "__pairs"); f != nil {
		r := layout.Call(l, f, 3, v)
		return ret(l, r...)
	}
	return ret(l, nextFunc, v, nil)
}

func baseIpairs(l *golua.State) int {
	return ret(l, ipairsNext, checkAny(l, 1), layout.Int(0))
}

func baseIpairsNext(l *golua.State) int {
	i := checkInt(l, 2) + 1
	v := layout.Index(l, layout.Arg(l, 1), layout.Int(i))
	if v == nil {
		return ret(l, nil)
	}
	return ret(l, layout.Int(i), v)
}

func baseRawEqual(l *golua.State) int {
	return ret(l, layout.RawEqual(checkAny(l, 1), checkAny(l, 2)))
}

func baseRawLen(l *golua.State) int {
	v := layout.Arg(l, 1)
	if s, ok := v.(string); ok {
		return ret(l, integer(len(s)))
	}
	t := layout.AsTable(v)
	if t == nil {
		typeError(l, 1, "table or string")
	}
	return ret(l, layout.Int(t.Len()))
}

func baseRawGet(l *golua.State) int { return ret(l, checkTable(l, 1).Get(checkAny(l, 2))) }

func baseRawSet(l *golua.State) int {
	t, k, v := checkTable(l, 1), checkAny(l, 2), checkAny(l, 3)
	if msg, ok := layout.ValidKey(k); !ok {
		layout.Raise(l, 1, "%s", "table "+msg)
	}
	t.Set(k, v)
	return ret(l, layout.Arg(l, 1))
}

func baseGetMetatable(l *golua.State) int {
	mt := layout.MetaOf(l, checkAny(l, 1))
	if mt == nil {
		return ret(l, nil)
	}
	if p := mt.GetStr("__metatable"); p != nil {
		return ret(l, p)
	}
	return ret(l, mt.Value())
}

func baseSetMetatable(l *golua.State) int {
	t := checkTable(l, 1)
	mv := layout.Arg(l, 2)
	mt := layout.AsTable(mv)
	if mt == nil && (mv != nil || layout.ArgCount(l) < 2) {
		typeError(l, 2, "nil or table")
	}
	if old := t.Meta(); old != nil && old.GetStr("__metatable") != nil {
		layout.Raise(l, 1, "cannot change a protected metatable")
	}
	t.SetMeta(mt)
	return ret(l, layout.Arg(l, 1))
}

func baseSelect(l *golua.State) int {
	n := layout.ArgCount(l)
	if s, ok := layout.Arg(l, 1).(string); ok && s == "#" {
		return ret(l, integer(n-1))
	}
	i := checkInt(l, 1)
	if i < 0 {
		i = int64(n) + i
	} else if i > int64(n) {
		i = int64(n)
	}
	if i < 1 {
		argError(l, 1, "index out of range")
	}
	return n - int(i)
}

func baseAssert(l *golua.State) int {
	if layout.Truthy(checkAny(l, 1)) {
		return layout.ArgCount(l)
	}
	var v any = "assertion failed!"
	if layout.ArgCount(l) > 1 {
		v = layout.Arg(l, 2)
	}
	if s, ok := v.(string); ok {
		v = layout.Where(l, 1) + s
	}
	layout.Throw(l, v)
	return 0
}

func baseError(l *golua.State) int {
	v := layout.Arg(l, 1)
	level := optInt(l, 2, 1)
	if s, ok := v.(string); ok && level > 0 {
		v = layout.Where(l, int(min(level, 1<<20))) + s
	}
	layout.Throw(l, v)
	return 0
}

func basePcall(l *golua.State) int {
	checkAny(l, 1)
	return vmOf(l).pcall(l, 1, handler{})
}

func baseXpcall(l *golua.State) int {
	f := checkAny(l, 1)
	h := checkFunction(l, 2)
	n := layout.ArgCount(l)
	args := append([]any(nil), layout.Args(l)[2:n]...)
	layout.SetTop(l, 0)
	layout.Push(l, f)
	for _, a := range args {
		layout.Push(l, a)
	}
	return vmOf(l).pcall(l, 1, handler{fn: h})
}

// pcall calls the function at stack index at with everything above it and
// leaves a status and the results.
func (vm *VM) pcall(l *golua.State, at int, h handler) int {
	if f := layout.Arg(l, at); !layout.Callable(l, f) {
		var v any = "attempt to call a " + layout.NamedType(l, f) + " value"
		if h.fn != nil {
			v = layout.Call1(l, h.fn, v)
		}
		return ret(l, false, v)
	}
	depth := len(vm.handlers)
	vm.handlers = append(vm.handlers, h)
	err := layout.ProtectedCall(l, layout.Top(l)-at)
	vm.handlers = vm.handlers[:depth]
	if err != nil {
		fail := vm.caught(err)
		if fail.killed != nil {
			panic(fail.killed)
		}
		vm.closeAfter(l, at-1, fail)
		layout.SetTop(l, at-1)
		return ret(l, false, fail.value)
	}
	if !layout.Reserve(l, 2) {
		layout.Raise(l, 1, "stack overflow")
	}
	layout.Push(l, true)
	layout.Insert(l, at)
	return layout.Top(l) - at + 1
}

func baseCollectGarbage(l *golua.State) int {
	switch o := optStr(l, 1, "collect"); o {
	case "count":
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return ret(l, float64(m.HeapAlloc)/1024)
	case "isrunning":
		return ret(l, true)
	case "step":
		return ret(l, true)
	case "incremental", "generational":
		return ret(l, "incremental")
	case "collect", "stop", "restart", "setpause", "setstepmul":
		// Go collects by itself; a script cannot make the whole process pay.
		return ret(l, layout.Int(0))
	default:
		argError(l, 1, "invalid option '%s'", o)
	}
	return 0
}

func baseLoad(l *golua.State) int {
	chunk := layout.Arg(l, 1)
	mode := optStr(l, 3, "bt")
	var src, def string
	if s, ok := layout.ToString(chunk); ok {
		src, def = s, s
	} else {
		checkFunction(l, 1)
		def = "=(load)"
		var b strings.Builder
		for {
			out, fail := vmOf(l).protected(l, chunk, nil, handler{})
			if fail != nil {
				return ret(l, nil, fail.value)
			}
			var r any
			if len(out) > 0 {
				r = out[0]
			}
			if r == nil {
				break
			}
			s, ok := r.(string)
			if !ok {
				return ret(l, nil, "reader function must return a string")
			}
			if s == "" {
				break
			}
			layout.Charge(l, b.Len()+len(s))
			b.WriteString(s)
		}
		src = b.String()
	}
	return loadChunk(l, src, optStr(l, 2, def), mode, 4)
}

// loadChunk compiles src and returns the function, or nil and a message;
// argument env, if given, becomes its environment.
func loadChunk(l *golua.State, src, name, mode string, env int) int {
	if strings.HasPrefix(src, golua.Signature) {
		if !strings.Contains(mode, "b") {
			return ret(l, nil, "attempt to load a binary chunk (mode is '"+mode+"')")
		}
		return ret(l, nil, layout.ChunkID(name)+": bad binary format (precompiled code is not accepted)")
	}
	if !strings.Contains(mode, "t") {
		return ret(l, nil, "attempt to load a text chunk (mode is '"+mode+"')")
	}
	p, err := vmOf(l).rt.compile(src, name)
	if err != nil {
		return ret(l, nil, err.Error())
	}
	return pushChunk(l, p, env)
}

func pushChunk(l *golua.State, p *layout.Prototype, env int) int {
	f := layout.NewClosure(l, p)
	if layout.ArgCount(l) >= env {
		layout.SetEnv(f, layout.Arg(l, env))
	}
	return ret(l, f)
}

func baseLoadfile(l *golua.State) int {
	name := checkStr(l, 1)
	c, err := vmOf(l).chunk(name)
	if err != nil {
		return ret(l, nil, err.Error())
	}
	return pushChunk(l, c.proto, 3)
}

func baseDofile(l *golua.State) int {
	c, err := vmOf(l).chunk(checkStr(l, 1))
	if err != nil {
		layout.Throw(l, err.Error())
	}
	layout.SetTop(l, 0)
	layout.Push(l, layout.NewClosure(l, c.proto))
	layout.CallTop(l, 0)
	return layout.Top(l)
}
