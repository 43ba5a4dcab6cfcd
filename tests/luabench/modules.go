package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/compat/lua/checktree"
)

const (
	rowsName   = "1000 rows of 20 fields, x 20"
	moduleName = "require lua_utils, cold"
)

// compareRows compares a binding that returns a list of rows with Lua code that
// makes the same list under lua5.4: the reference has no bindings.
func compareRows(t *table, reference, dir string) error {
	const read = `local n = 0 for i = 1, 20 do local r = rows() n = n + #r + r[1000].field20 end print(n)`
	const build = `local function rows() local t = {} for i = 1, 1000 do local r = {} for j = 1, 20 do r["field" .. j] = i * j end t[i] = r end return t end ` + read
	file := filepath.Join(dir, "rows.lua")
	if err := os.WriteFile(file, []byte(build), 0o600); err != nil {
		return err
	}
	names := make([]string, 20)
	for j := range names {
		names[j] = fmt.Sprintf("field%d", j+1)
	}
	rows := lua.Function(func(c *lua.Call) {
		list := lua.NewTable(0)
		for i := 1; i <= 1000; i++ {
			row := lua.NewTable(len(names))
			for j, n := range names {
				row.Set(n, i*(j+1))
			}
			list.Append(row)
		}
		c.Push(list)
	})
	here := func() (time.Duration, string, error) {
		return inMachine(lua.Config{}, func(vm *lua.VM) error {
			if err := vm.SetGlobal("rows", rows); err != nil {
				return err
			}
			return vm.RunString(context.Background(), read, "=rows")
		})
	}
	return t.row(rowsName, here, func() (time.Duration, string, error) { return runReference(reference, file) })
}

// compareModule compares the loading of lua_utils and all it requires, with the
// same stubs for bindings, when nothing was compiled before.
func compareModule(t *table, reference, tree, dir string) error {
	const load = `local ok = require "lua_utils" print(ok ~= nil)`
	stubs, file := filepath.Join(dir, "stubs.lua"), filepath.Join(dir, "module.lua")
	driver := fmt.Sprintf(`STUB_DIR, STUB_WORK, STUB_PATH = %q, %q, %q
STUB_READDIR = function(d) local r, p = {}, io.popen("ls -A '" .. d .. "' 2>/dev/null") for l in p:lines() do r[l] = l end p:close() return r end
STUB_EXISTS = function(f) return f ~= nil and os.rename(f, f) ~= nil end
STUB_ISDIR = function(f) return f ~= nil and os.rename(f .. "/", f .. "/") ~= nil end
dofile(%q) %s`, tree, dir, checktree.ModulePath(tree), stubs, load)
	for name, text := range map[string]string{stubs: checktree.Stubs(), file: driver} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return err
		}
	}
	here := func() (time.Duration, string, error) {
		var out text
		r, err := lua.NewRuntime(lua.Config{Stdout: &out})
		if err != nil {
			return 0, "", err
		}
		defer r.Close()
		runtime.GC()
		begin := cpu()
		vm, err := checktree.NewVM(r, tree, dir)
		if err != nil {
			return 0, "", err
		}
		defer vm.Close()
		err = vm.RunString(context.Background(), load, "=load")
		return cpu() - begin, string(out), err
	}
	return t.row(moduleName, here, func() (time.Duration, string, error) { return runReference(reference, file) })
}

// text collects what a machine prints.
type text []byte

func (t *text) Write(b []byte) (int, error) {
	*t = append(*t, b...)
	return len(b), nil
}

// inMachine measures run on a fresh machine.
func inMachine(cfg lua.Config, run func(vm *lua.VM) error) (time.Duration, string, error) {
	var out text
	cfg.Stdout = &out
	r, err := lua.NewRuntime(cfg)
	if err != nil {
		return 0, "", err
	}
	defer r.Close()
	vm, err := r.VM(context.Background())
	if err != nil {
		return 0, "", err
	}
	defer vm.Close()
	runtime.GC() // what the round before left is not this one's
	begin := cpu()
	err = run(vm)
	return cpu() - begin, string(out), err
}
