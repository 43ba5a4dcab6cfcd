package lua

import (
	"strings"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

func init() {
	libraries["debug"] = func(*VM) *layout.Table {
		t := layout.NewTable(0, 16)
		register(t, map[string]libFunc{
			"traceback": debugTraceback, "getinfo": debugGetInfo, "getlocal": debugGetLocal,
			"getupvalue": debugGetUpvalue, "setupvalue": debugSetUpvalue, "upvalueid": debugUpvalueID,
			"upvaluejoin": debugUpvalueJoin, "getmetatable": debugGetMetatable,
			"setmetatable": debugSetMetatable, "getregistry": debugGetRegistry,
			// Hooks belong to the bounds of a run; a script's are accepted and not called.
			"sethook":      func(*golua.State) int { return 0 },
			"gethook":      func(l *golua.State) int { return ret(l, nil) },
			"getuservalue": func(l *golua.State) int { return ret(l, nil, false) },
			"setuservalue": debugSetUserValue, "setlocal": debugSetLocal,
		})
		return t
	}
}

// threadArg is the optional first argument of some debug functions.
func threadArg(l *golua.State) (state *golua.State, skip int) {
	if d, ok := layout.Data(layout.Arg(l, 1)); ok {
		if co, ok := d.(*coroutine); ok {
			return co.l, 1
		}
	}
	return l, 0
}

func debugTraceback(l *golua.State) int {
	on, k := threadArg(l)
	msg := layout.Arg(l, k+1)
	text, ok := layout.ToString(msg)
	if msg != nil && !ok {
		return ret(l, msg)
	}
	def := int64(1)
	if on != l {
		def = 0
	}
	return ret(l, traceback(on, text, int(optInt(l, k+2, def))))
}

func debugGetInfo(l *golua.State) int {
	on, k := threadArg(l)
	what := optStr(l, k+2, "nSltufrL")
	for _, c := range what {
		if !strings.ContainsRune("SlnrutLf", c) {
			argError(l, k+2, "invalid option")
		}
	}
	var f layout.Frame
	if fn := layout.Arg(l, k+1); layout.IsFunction(fn) {
		f = layout.FunctionInfo(fn)
	} else {
		level := checkInt(l, k+1)
		var ok bool
		if level < 0 {
			return ret(l, nil)
		}
		if f, ok = layout.FrameAt(on, int(min(level, 1<<30))); !ok {
			return ret(l, nil)
		}
	}
	t := layout.NewTable(0, 16)
	has := func(c byte) bool { return strings.IndexByte(what, c) >= 0 }
	if has('S') {
		t.SetStr("source", f.Source)
		t.SetStr("short_src", layout.ChunkID(f.Source))
		t.SetStr("linedefined", integer(f.Defined))
		t.SetStr("lastlinedefined", integer(f.LastDefined))
		kind := "Lua"
		if f.Main {
			kind = "main"
		} else if f.Go {
			kind = "C"
		}
		t.SetStr("what", kind)
	}
	if has('l') {
		line := f.Line
		if line <= 0 {
			line = -1
		}
		t.SetStr("currentline", integer(line))
	}
	if has('n') {
		if f.Name != "" {
			t.SetStr("name", f.Name)
		}
		t.SetStr("namewhat", f.Kind)
	}
	if has('t') {
		t.SetStr("istailcall", f.Tail)
	}
	if has('u') {
		t.SetStr("nups", integer(f.UpValues))
		t.SetStr("nparams", integer(f.Params))
		t.SetStr("isvararg", f.VarArg)
	}
	if has('f') {
		t.SetStr("func", f.Func)
	}
	return ret(l, t.Value())
}

func debugGetLocal(l *golua.State) int {
	on, k := threadArg(l)
	if layout.IsFunction(layout.Arg(l, k+1)) {
		return ret(l, nil)
	}
	level := checkInt(l, k+1)
	if _, ok := layout.FrameAt(on, int(min(level, 1<<30))); !ok || level < 0 {
		argError(l, k+1, "level out of range")
	}
	name, v, ok := layout.Local(on, int(level), int(checkInt(l, k+2)))
	if !ok {
		return ret(l, nil)
	}
	return ret(l, name, v)
}

func debugSetLocal(l *golua.State) int {
	on, k := threadArg(l)
	level := checkInt(l, k+1)
	if _, ok := layout.FrameAt(on, int(min(level, 1<<30))); !ok || level < 0 {
		argError(l, k+1, "level out of range")
	}
	name, ok := layout.SetLocal(on, int(level), int(checkInt(l, k+2)), checkAny(l, k+3))
	if !ok {
		return ret(l, nil)
	}
	return ret(l, name)
}

// debugSetUserValue finds no userdata that has user values.
func debugSetUserValue(l *golua.State) int {
	if !layout.IsUserData(layout.Arg(l, 1)) {
		typeError(l, 1, "userdata")
	}
	return ret(l, nil)
}

func debugGetUpvalue(l *golua.State) int {
	name, v, ok := layout.UpValue(checkFunction(l, 1), int(checkInt(l, 2)))
	if !ok {
		return 0
	}
	return ret(l, name, v)
}

func debugSetUpvalue(l *golua.State) int {
	name, ok := layout.SetUpValue(checkFunction(l, 1), int(checkInt(l, 2)), checkAny(l, 3))
	if !ok {
		return 0
	}
	return ret(l, name)
}

func debugUpvalueID(l *golua.State) int {
	id, ok := layout.UpValueID(checkFunction(l, 1), int(checkInt(l, 2)))
	if !ok {
		return ret(l, nil)
	}
	return ret(l, layout.UserDataFor(id))
}

func debugUpvalueJoin(l *golua.State) int {
	if !layout.JoinUpValues(checkFunction(l, 1), int(checkInt(l, 2)), checkFunction(l, 3), int(checkInt(l, 4))) {
		argError(l, 2, "invalid upvalue index")
	}
	return 0
}

func debugGetMetatable(l *golua.State) int {
	if mt := layout.MetaOf(l, checkAny(l, 1)); mt != nil {
		return ret(l, mt.Value())
	}
	return ret(l, nil)
}

func debugSetMetatable(l *golua.State) int {
	mv := layout.Arg(l, 2)
	mt := layout.AsTable(mv)
	if mt == nil && mv != nil {
		typeError(l, 2, "nil or table")
	}
	v := layout.Arg(l, 1)
	switch {
	case layout.AsTable(v) != nil:
		layout.AsTable(v).SetMeta(mt)
	case layout.IsUserData(v):
		layout.SetDataMeta(v, mt)
	default:
		layout.SetTypeMeta(l, v, mt)
	}
	return ret(l, v)
}

func debugGetRegistry(l *golua.State) int { return ret(l, layout.Registry(l).Value()) }
