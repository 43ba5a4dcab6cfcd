package lua

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// benchmarks are programs for one run each; "lua5.4" of the same name is the
// reference in the same run of the benchmark.
var benchmarks = map[string]string{
	"fib":        "local function f(n) if n < 2 then return n end return f(n - 1) + f(n - 2) end f(25)",
	"loop":       "local s = 0 for i = 1, 3e6 do s = s + i % 7 end",
	"insert":     "for j = 1, 20 do local t = {} for i = 1, 2e4 do t[#t + 1] = i end end",
	"sparse":     "local t = {} for i = 1, 2e5 do t[i * 1000] = i end",
	"pairs10":    "local t = {} for i = 1, 10 do t['k' .. i] = i end local s = 0 for j = 1, 3e4 do for k, v in pairs(t) do s = s + v end end",
	"pairs10000": "local t = {} for i = 1, 1e4 do t['k' .. i] = i end local s = 0 for j = 1, 30 do for k, v in pairs(t) do s = s + v end end",
	"ipairs":     "local t = {} for i = 1, 1e4 do t[i] = i end local s = 0 for j = 1, 50 do for i, v in ipairs(t) do s = s + v end end",
	"concat":     "for i = 1, 3e5 do local s = 'key' .. i .. '=' .. i * 2 .. ';' end",
	"gsub":       "local s = ('hello world '):rep(100) for i = 1, 300 do s:gsub('(%w+)', '<%1>') end",
	"gmatch":     "local s = ('key=value, '):rep(100) for i = 1, 300 do for k, v in s:gmatch('(%w+)=(%w+)') do end end",
	"format":     "for i = 1, 1e5 do local s = string.format('%d %s %.2f', i, 'x', i / 3) end",
	"sort":       "local t = {} for i = 1, 5e4 do t[i] = (i * 7919) % 100003 end table.sort(t, function(a, b) return a < b end)",
	"closures":   "local t for i = 1, 5e5 do local x = i t = function() x = x + 1 return x end t() end",
	"pcall":      "for i = 1, 3e5 do pcall(function() return i end) end",
	"errors":     "for i = 1, 1e5 do pcall(error, 'x') end",
	"coroutines": "local c = coroutine.wrap(function() for i = 1, 2e5 do coroutine.yield(i) end end) for i = 1, 2e5 do c() end",
	"methods":    "local C = {} C.__index = C function C:add(n) self.v = self.v + n end local o = setmetatable({v = 0}, C) for i = 1, 1e6 do o:add(i) end",
	"bits":       "local s = 0 for i = 1, 5e5 do s = (s ~ i) & 0xffffff | (i << 3) end",
}

func BenchmarkVM(b *testing.B) {
	for name, code := range benchmarks {
		b.Run(name, func(b *testing.B) {
			r, err := NewRuntime(Config{Stdout: io.Discard})
			if err != nil {
				b.Fatal(err)
			}
			defer r.Close()
			for b.Loop() {
				vm, err := r.VM(context.Background())
				if err != nil {
					b.Fatal(err)
				}
				if err := vm.RunString(context.Background(), code, "=bench"); err != nil {
					b.Fatal(err)
				}
				vm.Close()
			}
		})
	}
}

// BenchmarkReference runs the same programs under lua5.4.
func BenchmarkReference(b *testing.B) {
	bin, err := exec.LookPath("lua5.4")
	if err != nil {
		b.Skip("lua5.4 is not installed")
	}
	for name, code := range benchmarks {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := exec.Command(bin, "-e", code).Run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkRows measures a binding that returns 1000 rows of 20 fields.
func BenchmarkRows(b *testing.B) {
	names := strings.Fields(strings.Repeat("bytes packets name proto score ", 4))
	for i := range names {
		names[i] += string(rune('a' + i))
	}
	rows := Function(func(c *Call) {
		t := NewTable(0)
		for i := range 1000 {
			row := NewTable(len(names))
			for j, n := range names {
				row.Set(n, i*j)
			}
			t.Append(row)
		}
		c.Push(t)
	})
	r, err := NewRuntime(Config{Namespaces: []Namespace{{Name: "ntop", Functions: map[string]Function{"rows": rows}}}})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	vm, err := r.VM(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := vm.RunString(context.Background(), "local r = ntop.rows() return #r", "=rows"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNewVM is the fixed cost of an unprepared machine.
func BenchmarkNewVM(b *testing.B) {
	r, err := NewRuntime(Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	for b.Loop() {
		vm, err := r.VM(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		vm.Close()
	}
}

// BenchmarkCompile translates and compiles the largest modules of a tree.
func BenchmarkCompile(b *testing.B) {
	dir, _, _ := strings.Cut(os.Getenv("NTOPNG_TREES"), ":")
	files, _ := filepath.Glob(filepath.Join(dir, "scripts/lua/modules/*.lua"))
	if dir == "" || len(files) == 0 {
		b.Skip("NTOPNG_TREES names no trees of ntopng scripts")
	}
	var src []string
	total := 0
	for _, f := range files {
		if t, err := os.ReadFile(f); err == nil {
			src = append(src, string(t))
			total += len(t)
		}
	}
	b.SetBytes(int64(total))
	for b.Loop() {
		for _, s := range src {
			if err := CheckSyntax(s, "=bench"); err != nil {
				b.Fatal(err)
			}
		}
	}
}
