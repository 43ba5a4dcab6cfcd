package lua

import (
	"strings"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

const (
	loadedKey  = "_LOADED"
	packageKey = "_PACKAGE"
)

func (vm *VM) openPackage(add func(string, *layout.Table)) {
	reg := layout.Registry(vm.l)
	pkg := layout.NewTable(0, 8)
	pkg.SetStr("loaded", reg.GetStr(loadedKey))
	pkg.SetStr("preload", layout.NewTable(0, 0).Value())
	pkg.SetStr("path", vm.rt.cfg.PackagePath)
	pkg.SetStr("cpath", "")
	pkg.SetStr("config", "/\n;\n?\n!\n-\n")
	register(pkg, map[string]libFunc{"searchpath": packageSearchPath, "loadlib": packageLoadLib})
	searchers := layout.NewTable(3, 0)
	searchers.SetInt(1, layout.StaticFunction(searchPreload))
	searchers.SetInt(2, layout.StaticFunction(searchPath))
	if vm.rt.cfg.Missing != nil {
		searchers.SetInt(3, layout.StaticFunction(searchMissing))
	}
	pkg.SetStr("searchers", searchers.Value())
	reg.SetStr(packageKey, pkg.Value())
	add("package", pkg)
	register(layout.Globals(vm.l), map[string]libFunc{"require": baseRequire})
}

func packageTable(l *golua.State) *layout.Table {
	return layout.AsTable(layout.Registry(l).GetStr(packageKey))
}

// baseRequire is require(name): package.loaded, then the searchers in turn.
func baseRequire(l *golua.State) int {
	name := checkStr(l, 1)
	loaded := layout.AsTable(layout.Registry(l).GetStr(loadedKey))
	vm := vmOf(l)
	if v := loaded.GetStr(name); layout.Truthy(v) {
		if where, first := vm.arrive(l, name); first {
			return ret(l, v, where)
		}
		return ret(l, v)
	}
	if out, ok := vm.adopt(l, name); ok {
		return ret(l, out...)
	}
	vm.requires(l, name)
	searchers := layout.AsTable(packageTable(l).GetStr("searchers"))
	if searchers == nil {
		layout.Raise(l, 1, "'package.searchers' must be a table")
	}
	var tried strings.Builder
	for i := int64(1); ; i++ {
		s := searchers.GetInt(i)
		if s == nil {
			layout.Raise(l, 1, "module '%s' not found:%s", name, tried.String())
		}
		r := layout.Call(l, s, 2, name)
		if layout.IsFunction(r[0]) {
			v := layout.Call(l, r[0], 1, name, r[1])[0]
			if v != nil {
				loaded.SetStr(name, v)
			}
			if v = loaded.GetStr(name); v == nil {
				v = true
				loaded.SetStr(name, v)
			}
			return ret(l, v, r[1])
		}
		if msg, ok := r[0].(string); ok {
			tried.WriteString(msg)
		}
	}
}

func searchPreload(l *golua.State) int {
	name := checkStr(l, 1)
	if pre := layout.AsTable(packageTable(l).GetStr("preload")); pre != nil {
		if f := pre.GetStr(name); f != nil {
			return ret(l, f, ":preload:")
		}
	}
	return ret(l, "\n\tno field package.preload['"+name+"']")
}

func searchPath(l *golua.State) int {
	name := checkStr(l, 1)
	path, ok := packageTable(l).GetStr("path").(string)
	if !ok {
		layout.Raise(l, 1, "'package.path' must be a string")
	}
	vm := vmOf(l)
	file, tried := vm.find(name, path, ".", "/")
	if file == "" {
		return ret(l, tried)
	}
	c, err := vm.chunk(file)
	if err != nil {
		layout.Raise(l, 1, "error loading module '%s' from file '%s':\n\t%s", name, file, err.Error())
	}
	f := layout.NewClosure(l, c.proto)
	if c.twin != nil && !vm.rt.cfg.NoTwins {
		f = withTwin(c.twin, f)
	}
	return ret(l, f, file)
}

// searchMissing finds what Config.Missing has for modules without a file.
func searchMissing(l *golua.State) int {
	name := checkStr(l, 1)
	vm := vmOf(l)
	src := vm.rt.cfg.Missing(name)
	if src == "" {
		return ret(l, "")
	}
	chunkname := "=" + name + " (absent)"
	p, err := vm.rt.compile(src, chunkname)
	if err != nil {
		layout.Raise(l, 1, "error loading module '%s':\n\t%s", name, err.Error())
	}
	return ret(l, layout.NewClosure(l, p), ":absent:")
}

// find looks a module name up in a path; tried lists the files that do not exist.
func (vm *VM) find(name, path, sep, rep string) (file, tried string) {
	if sep != "" {
		name = strings.ReplaceAll(name, sep, rep)
	}
	var b strings.Builder
	for _, t := range strings.Split(path, ";") {
		if t == "" {
			continue
		}
		f := strings.ReplaceAll(t, "?", name)
		if _, _, err := vm.rt.cfg.Stat(f); err == nil {
			return f, ""
		}
		vm.searched(f)
		b.WriteString("\n\tno file '" + f + "'")
	}
	return "", b.String()
}

func packageSearchPath(l *golua.State) int {
	file, tried := vmOf(l).find(checkStr(l, 1), checkStr(l, 2), optStr(l, 3, "."), optStr(l, 4, "/"))
	if file == "" {
		return ret(l, nil, strings.TrimPrefix(tried, "\n\t"))
	}
	return ret(l, file)
}

func packageLoadLib(l *golua.State) int {
	return ret(l, nil, "dynamic libraries not enabled; check your Lua installation", "absent")
}
