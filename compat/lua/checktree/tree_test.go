package checktree

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"ntopgo/compat/lua"
)

// trees lists the script trees to test with, from NTOPNG_TREES (':'-separated).
func trees(t *testing.T) []string {
	t.Helper()
	v := os.Getenv("NTOPNG_TREES")
	if v == "" {
		t.Skip("NTOPNG_TREES names no trees of ntopng scripts")
	}
	return strings.Split(v, ":")
}

func TestCheckTree(t *testing.T) {
	for _, dir := range trees(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			var out bytes.Buffer
			n, err := CheckTree(&out, dir, nil)
			if err != nil {
				t.Fatal(err)
			}
			want := 0
			for _, broken := range []string{"scripts/lua/API.lua", "scripts/lua/modules/test/test_utils.lua"} {
				if strings.Contains(out.String(), "SYNTAX "+broken+":") {
					want++ // no valid Lua in October 2024
				}
			}
			if n != want {
				t.Errorf("%d failures, expected %d\n%s", n, want, out.String())
			}
		})
	}
}

// TestFindings checks the report on a small tree with one fault of each kind.
func TestFindings(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		p := filepath.Join(dir, "scripts/lua", name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("modules/lua_utils.lua", "return {}")
	write("modules/good.lua", "local x <const> = 7 // 2\nreturn {x = x & 1}")
	write("modules/fails.lua", "local t\nreturn t.x")
	write("modules/other_edition.lua", "require 'pro_thing'")
	write("page.lua", "ntop.known()\nntop.unknown()\nlocal host = {}\nhost.whatever()\nntop.mentioned = 1")
	write("broken.lua", "x = = 1")
	var out bytes.Buffer
	n, err := CheckTree(&out, dir, func(ns, name string) bool { return name == "known" })
	if err != nil {
		t.Fatal(err)
	}
	if n != 2 {
		t.Errorf("%d failures, expected 2", n)
	}
	for _, want := range []string{
		"SYNTAX scripts/lua/broken.lua: scripts/lua/broken.lua:1: unexpected symbol near '='",
		"LOAD scripts/lua/modules/fails.lua:",
		"fails.lua:2: attempt to index a nil value (local 't')",
		"NEEDS scripts/lua/modules/other_edition.lua: module 'pro_thing'",
		"BINDING ntop.unknown: not declared, 1 mentions, first at scripts/lua/page.lua:2",
		"6 files, 2 modules loaded, 2 failures, 1 unknown bindings",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "whatever") || strings.Contains(out.String(), "mentioned") {
		t.Errorf("counts locals or assignments:\n%s", out.String())
	}
}

// pages are the front pages and answers that every install opens first.
var pages = []string{
	"lua/login.lua", "lua/index.lua", "lua/if_stats.lua", "lua/hosts_stats.lua", "lua/flows_stats.lua",
	"lua/host_details.lua", "lua/rest/v2/get/interface/data.lua", "lua/rest/v2/get/host/active.lua",
	"lua/rest/v2/get/flow/active.lua", "lua/rest/v2/get/interface/l7/stats.lua",
}

// driver runs a page under lua5.4 with the same stubs.
const driver = `
local dir, work, path, stubs, page = ...
STUB_DIR, STUB_WORK, STUB_PATH = dir, work, path
STUB_READDIR = function(d)
  local r, p = {}, io.popen("ls -A '" .. d .. "' 2>/dev/null")
  for l in p:lines() do r[l] = l end
  p:close()
  return r
end
STUB_EXISTS = function(f) return f ~= nil and os.rename(f, f) ~= nil end
STUB_ISDIR = function(f) return f ~= nil and os.rename(f .. "/", f .. "/") ~= nil end
assert(loadfile(stubs))()
local real = print
print = function(s) io.stdout:write(tostring(s)) end
local ok, err = pcall(dofile, page)
if not ok then io.stdout:write("\nERROR ", tostring(err), "\n") end
`

var (
	clock = regexp.MustCompile(`\d\d:\d\d:\d\d`)
	// elapsed is a measured time, as a difference of os.clock prints: below ten, with a fraction.
	elapsed = regexp.MustCompile(`\b\d\.\d*\d(e-\d+)?\b`)
	// stack is a traceback: the frames that start a page are not the same.
	stack = regexp.MustCompile(`(?s)stack traceback:.*`)
)

// unordered are scripts that stop at the first entry of a folder that the stubs
// cannot serve, and which entry is first is not defined.
var unordered = map[string]bool{"lua/rest/v2/get/ntopng/timeseries.lua": true}

// normal makes outputs comparable: words sorted, since the order of fields in
// tables and so in the text is not defined; no time of day.
func normal(s string) string {
	s = clock.ReplaceAllString(s, "TIME")
	s = stack.ReplaceAllString(elapsed.ReplaceAllString(s, "ELAPSED"), "")
	w := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \n\t,{}[]<>&?;\"'", r) })
	sort.Strings(w)
	return strings.Join(w, "\n")
}

// TestPages runs the front pages, all callbacks and all REST scripts that read
// with stub bindings here and under lua5.4: both must print the same or stop with the same error.
func TestPages(t *testing.T) {
	bin, err := exec.LookPath("lua5.4")
	if err != nil {
		t.Skip("lua5.4 is not installed; it is the reference of this test")
	}
	drv := filepath.Join(t.TempDir(), "driver.lua")
	if err := os.WriteFile(drv, []byte(driver), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dir := range trees(t) {
		files := append([]string(nil), pages...)
		callbacks, _ := filepath.Glob(filepath.Join(dir, "scripts/callbacks/*/*/*.lua"))
		for _, c := range callbacks {
			rel, _ := filepath.Rel(filepath.Join(dir, "scripts"), c)
			files = append(files, rel)
		}
		_ = filepath.WalkDir(filepath.Join(dir, "scripts/lua/rest/v2/get"), func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(path, ".lua") {
				rel, _ := filepath.Rel(filepath.Join(dir, "scripts"), path)
				files = append(files, rel)
			}
			return nil
		})
		var out bytes.Buffer
		rt := newRuntime(t, &out)
		for _, f := range slices.Compact(files) {
			t.Run(filepath.Base(dir)+"/"+f, func(t *testing.T) {
				if unordered[f] {
					t.Skip("its error names whatever entry of a folder comes first")
				}
				out.Reset()
				page := filepath.Join(dir, "scripts", f)
				if _, err := os.Stat(page); err != nil {
					t.Skip("not in this tree")
				}
				work := t.TempDir()
				var got, want string
				for range 3 { // a second may begin between the two
					out.Reset()
					ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
					text, err := exec.CommandContext(ctx, bin, drv, dir, work, modulePath(dir), "stubs.lua", page).Output()
					cancel()
					if err != nil {
						t.Skipf("lua5.4 does not finish: %v", err)
					}
					got, want = normal(runPage(t, rt, &out, dir, work, page)), normal(string(text))
					if got == want {
						return
					}
				}
				t.Errorf("differs from lua5.4\n%s", firstDifference(got, want))
			})
		}
	}
}

// newRuntime prints to out; its chunks serve all pages of a tree.
func newRuntime(t *testing.T, out *bytes.Buffer) *lua.Runtime {
	t.Helper()
	rt, err := lua.NewRuntime(lua.Config{
		Stdout: out, Deadline: time.Minute, Logf: t.Logf,
		Print: func(c *lua.Call) { s, _ := c.Value(1).(string); fmt.Fprint(out, stringOr(c, s)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(rt.Close)
	return rt
}

func runPage(t *testing.T, rt *lua.Runtime, out *bytes.Buffer, dir, work, page string) string {
	t.Helper()
	vm, err := NewVM(rt, dir, work)
	if err != nil {
		t.Fatal(err)
	}
	defer vm.Close()
	if err := vm.RunFile(context.Background(), page); err != nil {
		fmt.Fprintf(out, "\nERROR %s\n", err)
	}
	return out.String()
}

func stringOr(c *lua.Call, s string) string {
	if n, ok := c.Str(1); ok {
		return n
	}
	if v := c.Value(1); v != nil {
		return fmt.Sprint(v)
	}
	return "nil"
}

func firstDifference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	var b strings.Builder
	count := map[string]int{}
	for _, x := range w {
		count[x]++
	}
	for _, x := range g {
		count[x]--
	}
	n := 0
	for x, c := range count {
		if c != 0 && n < 12 {
			fmt.Fprintf(&b, "%+d %.200s\n", -c, x)
			n++
		}
	}
	return fmt.Sprintf("%d words here, %d there (+: only here)\n%s", len(g), len(w), b.String())
}
