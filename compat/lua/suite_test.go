package lua

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// suiteFiles are the parts of Lua's own test suite (testes/ of its release
// 5.4.8) that speak of what scripts can see. The others test the C API, the
// collector, the stand-alone interpreter and dynamic libraries.
var suiteFiles = strings.Fields("strings pm tpack utf8 sort nextvar closure calls constructs events errors goto vararg locals math bitwise coroutine")

// exception is a part of a file that cannot pass, as docs/lua.md lists it.
type exception struct {
	file     string
	from, to int
}

var exceptionRow = regexp.MustCompile("^\\| `(\\w+)\\.lua` \\| (\\d+)(?:-(\\d+))? \\|")

func exceptions(t *testing.T) (list []exception) {
	t.Helper()
	text, err := os.ReadFile("../../docs/lua.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		m := exceptionRow.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		e := exception{file: m[1]}
		e.from, _ = strconv.Atoi(m[2])
		if e.to = e.from; m[3] != "" {
			e.to, _ = strconv.Atoi(m[3])
		}
		list = append(list, e)
	}
	return list
}

// TestSuite runs Lua's own tests, without what docs/lua.md says cannot pass, and
// checks that each of these parts indeed does not.
func TestSuite(t *testing.T) {
	dir := os.Getenv("LUA_TESTES")
	if dir == "" {
		t.Skip("LUA_TESTES does not name the folder testes/ of lua 5.4.8")
	}
	all := exceptions(t)
	for _, name := range suiteFiles {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(dir, name+".lua"))
			if err != nil {
				t.Fatal(err)
			}
			var except []exception
			for _, e := range all {
				if e.file == name {
					except = append(except, e)
				}
			}
			if err := runSuite(dir, name, without(text, except, -1), time.Minute); err != nil {
				t.Error(err)
			}
			for i, e := range except {
				if runSuite(dir, name, without(text, except, i), 20*time.Second) == nil {
					t.Errorf("lines %d to %d pass: docs/lua.md need not list them", e.from, e.to)
				}
			}
		})
	}
}

// without empties the lines of all exceptions but one.
func without(text []byte, except []exception, keep int) []byte {
	lines := bytes.Split(text, []byte("\n"))
	for i, e := range except {
		for n := e.from; i != keep && n <= e.to && n <= len(lines); n++ {
			lines[n-1] = nil
		}
	}
	return bytes.Join(lines, []byte("\n"))
}

func runSuite(dir, name string, text []byte, limit time.Duration) error {
	var out bytes.Buffer
	r, err := NewRuntime(Config{Stdout: &out, Stderr: &out, Deadline: limit, PackagePath: dir + "/?.lua",
		Logf: func(f string, a ...any) { fmt.Fprintf(&out, f, a...) }})
	if err != nil {
		return err
	}
	defer r.Close()
	vm, err := r.VM(context.Background())
	if err != nil {
		return err
	}
	defer vm.Close()
	for _, global := range []string{"_port", "_soft", "_nomsg"} {
		if err := vm.SetGlobal(global, true); err != nil {
			return err
		}
	}
	if err := vm.RunString(context.Background(), string(text), "@"+name+".lua"); err != nil {
		se := err.(*ScriptError)
		tail := out.String()
		return fmt.Errorf("%w\n%s\n%s", err, se.Traceback, tail[max(0, len(tail)-4300):])
	}
	return nil
}
