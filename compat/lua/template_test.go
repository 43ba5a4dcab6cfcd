package lua

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// snapshotCase is a module tree, the script that requires "core", and whether
// the second request takes a copy.
type snapshotCase struct {
	name    string
	modules map[string]string
	script  string
	taken   bool
}

const probe = `
local function show(v, seen, out)
	if type(v) == "table" then
		if seen[v] then out[#out + 1] = "#" .. seen[v] return end
		seen.n = seen.n + 1 seen[v] = seen.n
		local ks = {} for k in pairs(v) do ks[#ks + 1] = k end
		table.sort(ks, function(a, b) return tostring(a) < tostring(b) end)
		out[#out + 1] = "{" for _, k in ipairs(ks) do out[#out + 1] = tostring(k) .. "=" show(v[k], seen, out) end out[#out + 1] = "}"
	elseif type(v) == "function" then out[#out + 1] = "f" else out[#out + 1] = tostring(v) end
end
function dump(v) local out = {} show(v, {n = 0}, out) print(table.concat(out, " ")) end
`

var snapshotCases = []snapshotCase{
	{"tables, functions and shared variables", map[string]string{
		"core": `local n = 0; local M = {list = {1, 2, {3}}, text = {a = "x", b = "y"}}
			function M.inc() n = n + 1 return n end; function M.get() return n end
			M.self = M; M.inc(); setmetatable(M, {__index = M.text}); G = M; string.twice = function(s) return s .. s end; return M`},
		`local m = require "core"; m.inc(); print(m.get(), m.a, G == m, m.self == m, ("x"):twice(), #m.list)
		 m.text.c = 1; m.list[4] = 5; m.list[3][1] = 9; m.text.a = nil; setmetatable(m, nil) dump(m) n = 0 for k in pairs(m.text) do n = n + 1 end print(n, package.loaded.core == m, require "core" == m)`, true},
	{"the request", map[string]string{
		"core": `local lint = require "lint"; base = "b"; return {lint = lint}`,
		"lint": "local M = {seen = {}}\nlocal function check()\n for k, v in pairs(_GET) do M.seen[k] = v if v == 'bad' then _GET[k] = nil end end\nend\nfunction M.n() return #M.seen end\n\nif not once then\n check()\n once = true\nend\nreturn M"},
		`local m = require "core"; dump(m.lint.seen) dump(_GET) print(base, once)`, true},
	{"bindings", map[string]string{"core": `return {v = ntop.get("a"), t = ntop.table()}`},
		`dump(require "core")`, true},
	{"a binding that changes things", map[string]string{"core": `return {v = ntop.set("a")}`},
		`dump(require "core")`, false},
	{"the clock", map[string]string{"core": `return {v = os.time() > 0}`}, `dump(require "core")`, false},
	{"a coroutine", map[string]string{"core": `return {c = coroutine.wrap(function() coroutine.yield(1) end)}`},
		`print(require "core".c())`, false},
	{"a local of the module depends on the request", map[string]string{"core": "local id\nif _GET.id then id = _GET.id end\nreturn {id = id}"},
		`dump(require "core")`, false},
	{"changed libraries", map[string]string{"core": `return {f = string.format("%d", 3)}`},
		`string.format = function() return "mine" end dump(require "core")`, false},
	{"a global the module looks for", map[string]string{"core": `return {v = wanted}`},
		`wanted = _GET.id; dump(require "core")`, false},
}

func TestSnapshot(t *testing.T) {
	for _, c := range snapshotCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			for name, src := range c.modules {
				if err := os.WriteFile(filepath.Join(dir, name+".lua"), []byte(src), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var want, got []string
			for _, snapshots := range []bool{false, true} {
				var out strings.Builder
				calls := 0
				r := snapshotRuntime(t, dir, snapshots, &out, &calls)
				for i := range 4 {
					vm, err := r.VM(context.Background())
					if err != nil {
						t.Fatal(err)
					}
					get := NewTable(2).Set("id", fmt.Sprint("r", i)).Set("x", "bad")
					if err := vm.SetGlobal("_GET", get); err != nil {
						t.Fatal(err)
					}
					if err := vm.RunString(context.Background(), probe+c.script, "=script"); err != nil {
						t.Fatal(err)
					}
					vm.Close()
				}
				hits, _, why := r.SnapshotUse()
				if !snapshots {
					want = strings.Split(out.String(), "\n")
					continue
				}
				got = strings.Split(out.String(), "\n")
				if c.taken != (hits == 4) || !c.taken && hits != 0 {
					t.Errorf("%d of 4 machines took a copy %v", hits, why)
				}
			}
			if a, b := strings.Join(got, "\n"), strings.Join(want, "\n"); a != b {
				t.Errorf("with snapshots:\n%s\nwithout:\n%s", a, b)
			}
		})
	}
}

func snapshotRuntime(t *testing.T, dir string, snapshots bool, out *strings.Builder, calls *int) *Runtime {
	t.Helper()
	r, err := NewRuntime(Config{PackagePath: filepath.Join(dir, "?.lua"), Snapshots: snapshots,
		Repeatable: func(name string) bool { return name == "ntop.get" || name == "ntop.table" },
		Print: func(c *Call) {
			for i := 1; i <= c.N(); i++ {
				fmt.Fprint(out, c.Value(i), " ")
			}
			fmt.Fprintln(out)
		},
		Namespaces: []Namespace{{Name: "ntop", Functions: map[string]Function{
			"get":   func(c *Call) { *calls++; s, _ := c.Str(1); c.Push(s + "!") },
			"set":   func(c *Call) { *calls++; c.Push(true) },
			"table": func(c *Call) { c.Push(NewTable(1).Set("k", NewTable(0).Append("v"))) },
		}}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// TestSnapshotChanges edits what a snapshot depends on between requests.
func TestSnapshotChanges(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, src string, at int) {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(p, time.Unix(int64(at), 0), time.Unix(int64(at), 0)); err != nil {
			t.Fatal(err)
		}
	}
	write("core.lua", `return {v = require "part", p = ntop.get("a")}`, 1000)
	write("part.lua", `return "one"`, 1000)
	answer, out := "x", ""
	r, err := NewRuntime(Config{PackagePath: filepath.Join(dir, "sub/?.lua") + ";" + filepath.Join(dir, "?.lua"), Snapshots: true,
		Repeatable: func(string) bool { return true },
		Namespaces: []Namespace{
			{Name: "ntop", Functions: map[string]Function{"get": func(c *Call) { c.Push(answer) }}},
			{Name: "test", Functions: map[string]Function{"out": func(c *Call) { out, _ = c.Str(1) }}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	steps := []struct {
		change func()
		want   string
	}{
		{func() {}, "one x"}, {func() {}, "one x"},
		{func() { write("part.lua", `return "two"`, 2000) }, "two x"},
		{func() { answer = "y" }, "two y"},
		{func() { answer = "x" }, "two x"},
		{func() { _ = os.Mkdir(filepath.Join(dir, "sub"), 0o700); write("sub/part.lua", `return "three"`, 3000) }, "three x"},
	}
	for i, s := range steps {
		s.change()
		vm, err := r.VM(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if err := vm.RunString(context.Background(), `local c = require "core" test.out(c.v .. " " .. c.p)`, "=s"); err != nil {
			t.Fatal(err)
		}
		vm.Close()
		if out != s.want {
			t.Errorf("step %d: %q, want %q", i, out, s.want)
		}
	}
	if hits, _, why := r.SnapshotUse(); hits == 0 {
		t.Error("no copy was taken:", why)
	}
}
