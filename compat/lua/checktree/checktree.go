// Package checktree examines a tree of ntopng's Lua scripts without serving it:
// does every file compile, does every module load, which bindings does it use.
// Modules run against stub bindings; nothing here touches an engine.
package checktree

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/compat/lua/translate"
)

// Namespaces are the global tables that hold bindings.
var Namespaces = []string{"ntop", "interface", "flow", "host", "network"}

// CheckTree examines the tree below dir and writes its findings to w: one line
// per file that does not compile, per module that does not load, per binding
// that is used but unknown, and a summary. known says whether a binding is
// declared; nil takes every name as known. failures counts the files and
// modules that failed; unknown bindings, and modules that require one which the
// tree does not have (they belong to another edition), are reported and not
// counted. err is for trouble with the tree itself.
func CheckTree(w io.Writer, dir string, known func(ns, name string) bool) (failures int, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return 0, fmt.Errorf("check tree: %w", err)
	}
	c := &checker{w: w, dir: dir, known: known, missing: map[string]*missing{}, bad: map[string]bool{}}
	root := dir
	if st, err := os.Stat(filepath.Join(dir, "scripts")); err == nil && st.IsDir() {
		root = filepath.Join(dir, "scripts") // a source tree has examples elsewhere
	}
	files, err := luaFiles(root)
	if err != nil {
		return 0, fmt.Errorf("check tree %s: %w", dir, err)
	}
	if len(files) == 0 {
		return 0, fmt.Errorf("check tree %s: no .lua files", dir)
	}
	for _, f := range files {
		c.compile(f)
	}
	modules, err := c.loadModules(files)
	if err != nil {
		return c.failures, err
	}
	c.report()
	fmt.Fprintf(w, "%d files, %d modules loaded, %d failures, %d unknown bindings\n", len(files), modules, c.failures, len(c.missing))
	return c.failures, nil
}

type checker struct {
	w        io.Writer
	dir      string
	known    func(ns, name string) bool
	failures int
	missing  map[string]*missing
	bad      map[string]bool // files that do not compile
}

// missing is an unknown binding: how often it is mentioned and where first.
type missing struct {
	count int
	first string
}

func luaFiles(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(p, ".lua") {
			files = append(files, p)
		}
		return nil
	})
	sort.Strings(files)
	return files, err
}

func (c *checker) fail(kind, file, format string, a ...any) {
	c.failures++
	fmt.Fprintf(c.w, "%s %s: %s\n", kind, c.rel(file), strings.ReplaceAll(fmt.Sprintf(format, a...), c.dir+"/", ""))
}

func (c *checker) rel(file string) string {
	if r, err := filepath.Rel(c.dir, file); err == nil {
		return r
	}
	return file
}

// compile checks one file and notes the bindings it mentions.
func (c *checker) compile(file string) {
	src, err := os.ReadFile(file)
	if err != nil {
		c.fail("READ", file, "%v", err)
		return
	}
	if err := lua.CheckSyntax(string(src), "@"+c.rel(file)); err != nil {
		c.bad[file] = true
		c.fail("SYNTAX", file, "%v", err)
		return
	}
	watch := map[string]bool{}
	for _, ns := range Namespaces {
		watch[ns] = true
	}
	uses, err := translate.Uses(string(src), c.rel(file), watch)
	if err != nil || c.known == nil {
		return
	}
	for _, u := range uses {
		if !u.Call || c.known(u.Global, u.Field) {
			continue
		}
		key := u.Global + "." + u.Field
		m := c.missing[key]
		if m == nil {
			m = &missing{first: fmt.Sprintf("%s:%d", c.rel(file), u.Line)}
			c.missing[key] = m
		}
		m.count++
	}
}

func (c *checker) report() {
	var names []string
	for n := range c.missing {
		names = append(names, n)
	}
	sort.Strings(names)
	for _, n := range names {
		fmt.Fprintf(c.w, "BINDING %s: not declared, %d mentions, first at %s\n", n, c.missing[n].count, c.missing[n].first)
	}
}

// moduleTimeout bounds the loading of one module.
const moduleTimeout = 20 * time.Second

// loadModules loads every file below scripts/lua/modules in a machine of its own
// and returns how many loaded.
func (c *checker) loadModules(files []string) (int, error) {
	root := filepath.Join(c.dir, "scripts", "lua", "modules") + string(filepath.Separator)
	work, err := os.MkdirTemp("", "checktree")
	if err != nil {
		return 0, fmt.Errorf("check tree: %w", err)
	}
	defer os.RemoveAll(work)
	rt, err := lua.NewRuntime(lua.Config{Stdout: io.Discard, Stderr: io.Discard, Deadline: moduleTimeout})
	if err != nil {
		return 0, fmt.Errorf("check tree: %w", err)
	}
	defer rt.Close()
	have := map[string]bool{}
	var modules []string
	for _, f := range files {
		have[strings.TrimSuffix(filepath.Base(f), ".lua")] = true
		if strings.HasPrefix(f, root) && !c.bad[f] && !isTest(c.rel(f)) {
			modules = append(modules, f)
		}
	}
	results := make([]error, len(modules))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for {
				i := int(next.Add(1)) - 1
				if i >= len(modules) {
					return
				}
				results[i] = loadOne(rt, c.dir, work, modules[i])
			}
		}()
	}
	wg.Wait()
	loaded := 0
	for i, err := range results {
		if err == nil {
			loaded++
			continue
		}
		msg, _, _ := strings.Cut(err.Error(), "\n")
		if name, ok := notFound(msg); ok && !have[name] {
			fmt.Fprintf(c.w, "NEEDS %s: module '%s', which the tree does not have\n", c.rel(modules[i]), name)
			continue
		}
		c.fail("LOAD", modules[i], "%s", strings.TrimSuffix(msg, ":"))
	}
	return loaded, nil
}

// isTest reports files of test directories: programs that act when loaded.
func isTest(rel string) bool {
	return strings.Contains(rel, "/test/") || strings.Contains(rel, "/tests/")
}

func loadOne(rt *lua.Runtime, dir, work, file string) error {
	vm, err := NewVM(rt, dir, work)
	if err != nil {
		return err
	}
	defer vm.Close()
	return Load(vm, file)
}

// notFound reads the module's name off require's message.
func notFound(msg string) (string, bool) {
	_, rest, ok := strings.Cut(msg, "module '")
	if !ok {
		return "", false
	}
	name, rest, ok := strings.Cut(rest, "'")
	name = name[strings.LastIndexAny(name, "./")+1:]
	return name, ok && strings.HasPrefix(rest, " not found")
}

// NewVM makes a machine with stub bindings for the tree at dir; work is a
// directory its scripts may write to.
func NewVM(rt *lua.Runtime, dir, work string) (*lua.VM, error) {
	vm, err := rt.VM(context.Background())
	if err != nil {
		return nil, err
	}
	readdir := lua.Function(func(c *lua.Call) {
		path, _ := c.Str(1)
		entries, err := os.ReadDir(path)
		if err != nil {
			c.Push(nil)
			return
		}
		t := lua.NewTable(len(entries))
		for _, e := range entries {
			t.Set(e.Name(), e.Name())
		}
		c.Push(t)
	})
	exists := func(isdir bool) lua.Function {
		return func(c *lua.Call) {
			path, _ := c.Str(1)
			st, err := os.Stat(path)
			c.Push(err == nil && (!isdir || st.IsDir()))
		}
	}
	for name, v := range map[string]any{
		"STUB_DIR": dir, "STUB_WORK": work, "STUB_READDIR": readdir,
		"STUB_EXISTS": exists(false), "STUB_ISDIR": exists(true), "STUB_PATH": modulePath(dir),
	} {
		if err := vm.SetGlobal(name, v); err != nil {
			return nil, err
		}
	}
	if err := vm.RunString(context.Background(), stubs, "=stubs"); err != nil {
		vm.Close()
		return nil, fmt.Errorf("check tree: %w", err)
	}
	return vm, nil
}

// modulePath is a package.path over every directory of modules: pages extend
// theirs before they require, a module loaded alone could not.
func modulePath(dir string) string {
	var b strings.Builder
	root := filepath.Join(dir, "scripts", "lua", "modules")
	_ = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			b.WriteString(p + "/?.lua;" + p + "/?/init.lua;")
		}
		return nil
	})
	return b.String()
}

// Load runs a file as require would.
func Load(vm *lua.VM, file string) error {
	name := strings.TrimSuffix(filepath.Base(file), ".lua")
	if err := vm.SetGlobal("STUB_FILE", file); err != nil {
		return err
	}
	if err := vm.SetGlobal("STUB_NAME", name); err != nil {
		return err
	}
	return vm.RunString(context.Background(), `local name, file = STUB_NAME, STUB_FILE
		STUB_NAME, STUB_FILE = nil, nil
		if name ~= "lua_utils" then require "lua_utils" end
		package.loaded[name] = package.loaded[name] or assert(loadfile(file))(name, file)`, "=checktree")
}
