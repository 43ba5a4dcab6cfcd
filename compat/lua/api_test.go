package lua

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestCall(t *testing.T) {
	var got []string
	note := func(format string, a ...any) { got = append(got, fmt.Sprintf(format, a...)) }
	ns := Namespace{Name: "ntop", Functions: map[string]Function{
		"args": func(c *Call) {
			for i := 1; i <= c.N()+1; i++ {
				s, sok := c.Str(i)
				n, nok := c.Num(i)
				k, kok := c.Int(i)
				b, bok := c.Bool(i)
				note("%v %q %v %v %v %d %v %v %v %v", c.Kind(i), s, sok, n, nok, k, kok, b, bok, c.Truthy(i))
			}
		},
		"host": func(c *Call) { c.Push(c.VM().Host()) },
		"many": func(c *Call) { c.Push(1); c.Push("two"); c.Push(nil); c.Push(true); c.Push(2.0) },
		"ints": func(c *Call) {
			c.Push(uint64(1)<<57 | 4)
			c.Push(int64(9007199254740993))
			c.Push(uint64(1) << 63)
		},
		"table": func(c *Call) {
			tab := c.Table(1)
			if tab == nil {
				note("no table")
				return
			}
			note("%v %v %v %v", tab.Len(), tab.At(1), tab.Get("x"), tab.Get("nested").(*Table).Get("y"))
			c.Push(tab)
		},
		"fail": func(c *Call) { c.Fail("bad %s", "thing") },
		"panic": func(c *Call) {
			var p *Table
			p.arr = nil
		},
		"each": func(c *Call) {
			for i := range 3 {
				r, err := c.CallFunction(1, i, "v")
				if err != nil {
					note("callback: %v", err)
					return
				}
				note("callback: %v", r)
			}
		},
	}}
	var log []string
	vm := newTestVM(t, Config{Namespaces: []Namespace{ns}, Logf: func(f string, a ...any) { log = append(log, fmt.Sprintf(f, a...)) }})
	vm.SetHost("HOST")
	run := func(code string) error { got = nil; return vm.RunString(context.Background(), code, "=api") }
	check := func(code string, want ...string) {
		t.Helper()
		if err := run(code); err != nil {
			t.Errorf("%s: %v", code, err)
			return
		}
		if strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s\nhave %q\nwant %q", code, got, want)
		}
	}
	check(`ntop.args(nil, true, 3, 2.5, "7", "x")`,
		`nil "" false 0 false 0 false false false false`,
		`boolean "" false 0 false 0 false true true true`,
		`number "3" true 3 true 3 true false false true`,
		`number "2.5" true 2.5 true 2 true false false true`,
		`string "7" true 7 true 7 true false false true`,
		`string "x" true 0 false 0 false false false true`,
		`no value "" false 0 false 0 false false false false`)
	check(`assert(ntop.host() == "HOST")`)
	check(`local a, b, c, d, e = ntop.many() assert(a == 1 and b == "two" and c == nil and d == true and tostring(e) == "2.0")
		assert(select("#", ntop.many()) == 5)`)
	check(`local b, n, w = ntop.ints()
		assert(b & (1 << 57) ~= 0 and b & 4 ~= 0 and b .. "" == "144115188075855876" and string.format("%d", b) == tostring(b))
		assert(n == 9007199254740993 and n - 1 == 2^53 and ({[n] = 1})[9007199254740993] == 1 and math.type(n) == "integer" and type(n) == "number")
		assert(w == math.mininteger and w >> 63 == 1)`)
	check(`local r = ntop.table({10, 20, x = "X", nested = {y = 1.5}}) assert(r[2] == 20 and r.x == "X" and r.nested.y == 1.5)`, "2 10 X 1.5")
	check(`local t = {1, x = 1, nested = {y = 2}} t.self = t local r = ntop.table(t) assert(r.self == nil)`, "1 1 1 2")
	check(`ntop.table(5)`, "no table")
	check(`assert(ntop.nosuch == nil) ntop.mine = 5 assert(ntop.mine == 5 and next(ntop) == "mine")`)
	check(`ntop.each(function(i, v) return v .. i end)`, "callback: [v0]", "callback: [v1]", "callback: [v2]")
	check(`ntop.each(function(i) error("in callback") end)`, "callback: api:1: in callback")
	if err := run("local x = 1\nntop.fail()"); err == nil || err.Error() != "api:2: bad thing" || err.(*ScriptError).Line != 2 || err.(*ScriptError).File != "api" {
		t.Errorf("Fail: %v", err)
	}
	check(`local ok, e = pcall(ntop.fail) assert(not ok and e == "bad thing", e)`)
	for range 2 {
		check(`local ok, e = pcall(ntop.panic) assert(not ok and e:find("internal error in 'ntop.panic'", 1, true), e)`)
	}
	if len(log) != 1 || vm.rt.Panics() != 2 {
		t.Errorf("%d log lines %q, %d panics counted", len(log), log, vm.rt.Panics())
	}
}

func TestGlobals(t *testing.T) {
	vm := newTestVM(t, Config{})
	get := NewTable(0).Set("ifid", "0").Set("list", NewTable(0).Append(1).Append("b")).Set(int64(7), true).SetStr("empty", "")
	for name, v := range map[string]any{"_GET": get, "n": 5, "f": Function(func(c *Call) { c.Push(c.N()) }), "u": uint8(7)} {
		if err := vm.SetGlobal(name, v); err != nil {
			t.Fatal(err)
		}
	}
	err := vm.RunString(context.Background(), `assert(_GET.ifid == "0" and #_GET.list == 2 and _GET.list[2] == "b" and _GET[7] == true and _GET.empty == nil)
		assert(n == 5 and f(1, 2, 3) == 3 and u == 7)
		function add(a, b) return a + b, {a, b = b} end`, "=globals")
	if err != nil {
		t.Fatal(err)
	}
	r, err := vm.CallGlobal(context.Background(), "add", 2, 3.5)
	if err != nil || len(r) != 2 || r[0] != 5.5 || r[1].(*Table).At(1) != int64(2) || r[1].(*Table).Get("b") != 3.5 {
		t.Errorf("CallGlobal: %v, %v", r, err)
	}
	if _, err := vm.CallGlobal(context.Background(), "missing"); err == nil || !strings.Contains(err.Error(), "global 'missing'") {
		t.Errorf("missing global: %v", err)
	}
}

func TestScriptError(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "page.lua")
	writeFile(t, file, "local function inner()\n  local t\n  return t.x\nend\nlocal ok = pcall(error, 'ignored')\ninner()\n")
	vm := newTestVM(t, Config{})
	err := vm.RunFile(context.Background(), file)
	var se *ScriptError
	if !errors.As(err, &se) {
		t.Fatal(err)
	}
	if se.Line != 3 || !strings.HasSuffix(se.Message, "attempt to index a nil value (local 't')") {
		t.Errorf("message %q, line %d", se.Message, se.Line)
	}
	if !strings.Contains(se.Traceback, "page.lua:3:") || !strings.Contains(se.Traceback, "page.lua:6: in main chunk") {
		t.Errorf("traceback\n%s", se.Traceback)
	}
	if err := vm.RunFile(context.Background(), filepath.Join(dir, "none.lua")); err == nil {
		t.Error("a missing file runs")
	}
	if err := vm.RunString(context.Background(), "x = = 1", "@some.lua"); err == nil || err.(*ScriptError).Line != 1 || err.(*ScriptError).File != "some.lua" {
		t.Errorf("syntax error: %v", err)
	}
	if err := vm.RunString(context.Background(), "error({})", "=e"); err == nil || err.Error() != "(error object is a table value)" {
		t.Errorf("table error: %v", err)
	}
	if err := vm.RunString(context.Background(), "error(setmetatable({}, {__tostring = function() return 'TS' end}))", "=e"); err == nil || err.Error() != "TS" {
		t.Errorf("table error: %v", err)
	}
}

func writeFile(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestChunkCache checks that a changed file is read again, an unchanged one not.
func TestChunkCache(t *testing.T) {
	dir := t.TempDir()
	mod := filepath.Join(dir, "mod.lua")
	writeFile(t, mod, "return 1")
	var out bytes.Buffer
	reads := 0
	r, err := NewRuntime(Config{Stdout: &out, PackagePath: dir + "/?.lua", Stat: statFile,
		ReadFile: func(p string) ([]byte, time.Time, error) { reads++; return readFile(p) }})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	require := func() {
		vm, err := r.VM(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer vm.Close()
		if err := vm.RunString(context.Background(), "print(require 'mod')", "=t"); err != nil {
			t.Fatal(err)
		}
	}
	require()
	require()
	if reads != 1 {
		t.Errorf("%d reads of an unchanged file", reads)
	}
	writeFile(t, mod, "return 22")
	require()
	later := time.Now().Add(time.Minute)
	writeFile(t, mod, "return 33")
	if err := os.Chtimes(mod, later, later); err != nil {
		t.Fatal(err)
	}
	require()
	var got []string
	for _, l := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		got = append(got, strings.Fields(l)[0])
	}
	if strings.Join(got, " ") != "1 1 22 33" {
		t.Errorf("%q", got)
	}
}

// TestSourceHook serves a tree that is not in the file system.
func TestSourceHook(t *testing.T) {
	files := map[string]string{"/tree/a.lua": "return 'A' .. require 'sub.b'", "/tree/sub/b.lua": "return 'B'", "/tree/data.txt": "text"}
	vm := newTestVM(t, Config{ReadFile: func(p string) ([]byte, time.Time, error) {
		if s, ok := files[p]; ok {
			return []byte(s), time.Time{}, nil
		}
		return nil, time.Time{}, os.ErrNotExist
	}})
	vm.SetPackagePath("/none/?.lua")
	vm.PrependPath("/tree/?.lua")
	err := vm.RunString(context.Background(), `assert(require "a" == "AB" and dofile("/tree/sub/b.lua") == "B")
		assert(loadfile("/tree/a.lua")() == "AB" and io.open("/tree/data.txt"):read("a") == "text")
		assert(not io.open("/tree/none.txt"))`, "=t")
	if err != nil {
		t.Fatal(err)
	}
}

// TestPool takes prepared machines from several goroutines; none may see what
// another request left.
func TestPool(t *testing.T) {
	r, err := NewRuntime(Config{PoolSize: 3, Logf: t.Logf, Prepare: func(vm *VM) error {
		return vm.RunString(context.Background(), "prepared = (prepared or 0) + 1 t = {}", "=prepare")
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range 50 {
				vm, err := r.VM(context.Background())
				if err != nil {
					t.Error(err)
					return
				}
				code := fmt.Sprintf(`assert(prepared == 1 and mark == nil and next(t) == nil and ("x").mark == nil)
					mark = "%d/%d" t[1] = mark string.mark = mark
					local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end assert(f(50) == 50)`, g, i)
				if err := vm.RunString(context.Background(), code, "=request"); err != nil {
					t.Error(err)
				}
				vm.Close()
			}
		}()
	}
	wg.Wait()
}

// TestCloseReleases checks that files and coroutines end with the machine.
func TestCloseReleases(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	vm := newTestVM(t, Config{})
	err := vm.RunString(context.Background(), `f = io.open("`+file+`", "w") f:write("kept")
		c = coroutine.wrap(function() pcall(coroutine.yield, 1) while true do coroutine.yield() end end) c()`, "=t")
	if err != nil {
		t.Fatal(err)
	}
	vm.Close()
	if b, _ := os.ReadFile(file); string(b) != "kept" {
		t.Errorf("file holds %q", b)
	}
	if err := vm.RunString(context.Background(), "return 1", "=t"); err == nil {
		t.Error("a closed machine runs")
	}
}
