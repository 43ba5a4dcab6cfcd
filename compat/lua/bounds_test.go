package lua

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func newTestVM(t testing.TB, cfg Config) *VM {
	t.Helper()
	if cfg.Logf == nil {
		cfg.Logf = t.Logf
	}
	r, err := NewRuntime(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	vm, err := r.VM(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(vm.Close)
	return vm
}

// runaways are scripts that never end by themselves and try to survive.
var runaways = map[string]string{
	"loop":             "while true do end",
	"numeric for":      "for i = 1, math.huge do end",
	"goto":             "::a:: goto a",
	"repeat":           "repeat until false",
	"recursion":        "local function f() return f() end f()",
	"inside pcall":     "while true do pcall(function() while true do end end) end",
	"nested pcall":     "pcall(pcall, pcall, function() while true do end end) while true do end",
	"xpcall handler":   "while true do xpcall(function() while true do end end, function() while true do end end) end",
	"coroutine":        "local c = coroutine.wrap(function() while true do coroutine.yield() end end) while true do c() end",
	"inside coroutine": "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
	"pattern":          `local s = ("a"):rep(5000) while true do s:find(("a*"):rep(20) .. "b") end`,
	"one long pattern": `(("a"):rep(300000)):find(".-.-.-.-b")`,
	"sort":             "local t = {} for i = 1, 1e6 do t[i] = i % 1000 end while true do table.sort(t, function(a, b) return a < b end) end",
	"metamethod":       "local t = setmetatable({}, {__index = function(t, k) return t[k + 1] end}) while true do pcall(function() return t[1] end) end",
	"concat":           "local t = {} for i = 1, 1e5 do t[i] = 'x' end while true do table.concat(t) end",
	"generic for":      "for _ in function() return 1 end do end",
	"execute":          "while true do os.execute('sleep 30') end",
	"popen":            "local p = io.popen('sleep 30; echo x') local s = p:read('a') while true do end",
	"load":             "while true do load('return 1')() end",
	"gsub callback":    `while true do (("x"):rep(1000)):gsub("x", function() return "y" end) end`,
}

func TestDeadline(t *testing.T) {
	for name, code := range runaways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			vm := newTestVM(t, Config{Deadline: 50 * time.Millisecond})
			start := time.Now()
			err := vm.RunString(context.Background(), code, "=run")
			var se *ScriptError
			if !errors.As(err, &se) || !errors.Is(err, ErrDeadline) {
				t.Fatalf("ended with %v", err)
			}
			if d := time.Since(start); d > 5*time.Second {
				t.Errorf("took %v to end", d)
			}
			if err := vm.RunString(context.Background(), "return 1", "=again"); err == nil {
				t.Error("a machine whose run was ended still runs")
			}
		})
	}
}

func TestCancel(t *testing.T) {
	vm := newTestVM(t, Config{})
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	if err := vm.RunString(ctx, "while true do end", "=run"); !errors.Is(err, context.Canceled) {
		t.Fatalf("ended with %v", err)
	}
}

func TestMemoryLimit(t *testing.T) {
	slow := map[string]bool{"coroutines": true, "closures": true, "hash": true, "table pcall": true}
	for name, code := range map[string]string{
		"rep":          `local s = ("x"):rep(1 << 30)`,
		"rep in pcall": `pcall(string.rep, "x", 1 << 30) while true do end`,
		"doubling":     `local s = "x" while true do s = s .. s end`,
		"table":        `local t = {} while true do t[#t + 1] = {1, 2, 3} end`,
		"table pcall":  `local t = {} while true do pcall(function() while true do t[#t + 1] = "s" .. #t end end) end`,
		"hash":         `local t, i = {}, 0 while true do i = i + 1 t["key" .. i] = i end`,
		"closures":     `local t, n = {}, 0 while true do n = n + 1 local v = n t[n] = function() return v end end`,
		"coroutines":   `local t = {} while true do t[#t + 1] = {} coroutine.wrap(function() t[#t + 1] = {} end)() end`,
		"table.concat": `local t = {} for i = 1, 1000 do t[i] = ("x"):rep(1 << 20) end return table.concat(t)`,
		"format":       `local s = ("x"):rep(30 << 20) while true do s = string.format("%s%s", s, s) end`,
		"gsub":         `local s = ("x"):rep(20 << 20) s = s:gsub("x", "yyyyyyyyyyyyyy")`,
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && slow[name] {
				t.Skip("slow, and the same on all states")
			}
			vm := newTestVM(t, Config{MemoryLimit: 64 << 20, Deadline: 3 * time.Minute})
			if err := vm.RunString(context.Background(), code, "=run"); !errors.Is(err, ErrMemory) {
				t.Fatalf("ended with %v", err)
			}
		})
	}
}

// TestGarbageIsNotCharged checks that the limit is on what a script holds.
func TestGarbageIsNotCharged(t *testing.T) {
	vm := newTestVM(t, Config{MemoryLimit: 32 << 20})
	err := vm.RunString(context.Background(), `for i = 1, 300 do local s = ("x"):rep(1 << 20) .. i end
		for i = 1, 2e6 do local t = {i} end`, "=run")
	if err != nil {
		t.Fatal(err)
	}
}

func TestDeepRecursion(t *testing.T) {
	for name, c := range map[string]struct{ code, want string }{
		"lua":       {"local function f() return 1 + f() end f()", "stack overflow"},
		"pcall":     {"local function f() local ok, e = pcall(f) error(e, 0) end f()", "stack overflow"},
		"tostring":  {"local t = setmetatable({}, {}) getmetatable(t).__tostring = function() return tostring(t) end tostring(t)", "C stack overflow"},
		"gsub":      {`local function f() return ("x"):gsub("x", f) end f()`, "C stack overflow"},
		"coroutine": {"local function f() return coroutine.wrap(f)() end f()", "C stack overflow"},
		"source":    {`assert(load("return " .. ("("):rep(10000) .. "1" .. (")"):rep(10000)))`, "too many syntax levels"},
		"tables":    {`assert(load("return " .. ("{"):rep(10000)))`, "too many syntax levels"},
		"binary":    {`assert(load("\27Lua\x52\0\1\4\8\4\8\0" .. ("\255"):rep(100)))`, "binary"},
	} {
		t.Run(name, func(t *testing.T) {
			vm := newTestVM(t, Config{Deadline: 20 * time.Second})
			err := vm.RunString(context.Background(), c.code, "=run")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("ended with %v", err)
			}
		})
	}
}
