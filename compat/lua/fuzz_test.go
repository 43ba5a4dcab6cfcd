package lua

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ntopgo/compat/lua/translate"
)

// FuzzTranslate checks that what the translator lets through compiles, and that
// what it refuses is refused with a line.
func FuzzTranslate(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.lua")
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil {
			for _, line := range strings.Split(string(b), "\n") {
				f.Add(line)
			}
		}
	}
	for _, s := range []string{"", "#!x\nreturn 1", "return 7 // 2 & ~3", "x = [==[\n]]]==]", "goto a; ::a::", "local a <const> = 1", "return \"\\u{20AC}\\z  x\"", "f{...}", "-- [[\n]]", "return 0x.8p1, 1e400, 9223372036854775807"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 1<<12 || strings.Contains(src, "goto") || strings.Contains(src, "::") {
			return // labels are resolved by the compiler behind
		}
		err := CheckSyntax(src, "=fuzz")
		if err == nil {
			return
		}
		var te *translate.Error
		if errors.As(err, &te) {
			if te.Line < 1 || te.Line > strings.Count(src, "\n")+strings.Count(src, "\r")+1 {
				t.Fatalf("line %d of %q", te.Line, src)
			}
			return
		}
		if strings.Contains(err.Error(), "limit") || strings.Contains(err.Error(), "too many") || strings.Contains(err.Error(), "levels") {
			return // the compiler's own limits (locals, upvalues, registers)
		}
		t.Fatalf("translated, but does not compile: %v\n%q", err, src)
	})
}

// runBounded runs a program that must end within the bounds and must not panic.
func runBounded(t *testing.T, code string, globals map[string]any) (string, error) {
	t.Helper()
	var out bytes.Buffer
	r, err := NewRuntime(Config{Stdout: &out, Deadline: 2 * time.Second, MemoryLimit: 256 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	vm, err := r.VM(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer vm.Close()
	for k, v := range globals {
		if err := vm.SetGlobal(k, v); err != nil {
			t.Fatal(err)
		}
	}
	err = vm.RunString(context.Background(), code, "=stdin")
	if r.Panics() != 0 {
		t.Fatalf("Go panic: %v", err)
	}
	return out.String(), err
}

const fuzzPrint = `
local function show(...)
  local r = table.pack(pcall(...))
  for i = 1, r.n do r[i] = (math.type(r[i]) or type(r[i])) .. "=" .. tostring(r[i]) end
  io.write(table.concat(r, "|"), "\n")
end
`

// against compares a program's output with lua5.4's when it is installed; the
// values are passed as literals that both read alike.
func against(t *testing.T, body string, globals map[string]any) {
	t.Helper()
	got, err := runBounded(t, "\n"+fuzzPrint+body, globals)
	if err != nil {
		if errors.Is(err, ErrDeadline) || errors.Is(err, ErrMemory) {
			return
		}
		t.Fatal(err)
	}
	bin, err := exec.LookPath("lua5.4")
	if err != nil {
		return
	}
	var pre strings.Builder
	for k, v := range globals {
		pre.WriteString(k + " = " + literal(v) + ";")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, bin, "-")
	cmd.Stdin = strings.NewReader(pre.String() + "\n" + fuzzPrint + body)
	want, err := cmd.Output()
	if err != nil {
		return
	}
	if got != string(want) {
		t.Fatalf("%v\nhave %q\nwant %q", globals, got, want)
	}
}

func literal(v any) string {
	switch v := v.(type) {
	case string:
		var b strings.Builder
		b.WriteByte('"')
		for i := 0; i < len(v); i++ {
			b.WriteString("\\x" + string("0123456789abcdef"[v[i]>>4]) + string("0123456789abcdef"[v[i]&15]))
		}
		b.WriteByte('"')
		return b.String()
	case float64:
		return strings.TrimSpace(string(spec{verb: 'a', prec: -1}.float(nil, v)))
	}
	return basicString(v)
}

func FuzzMatch(f *testing.F) {
	for _, s := range [][2]string{{"hello world", "(%w+) (%w+)"}, {"key=value", "^(.-)=(.*)$"}, {"f(a(b)c)", "%b()"}, {"THE (quick)", "%f[%a]%a+"}, {"aaa", "a-b"}, {"x", "[%"}, {"]]", "[]]"}, {"abab", "(ab)%1"}, {"\x00\xff", "[\x00-\xff]"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, s, p string) {
		if len(s) > 200 || len(p) > 60 {
			return
		}
		against(t, `show(string.find, s, p) show(string.match, s, p) show(string.gsub, s, p, "<%0>")
			show(function() local n, r = 0, {} for a in s:gmatch(p) do n = n + 1 r[n] = tostring(a) if n > 50 then break end end return table.concat(r, ",") end)`,
			map[string]any{"s": s, "p": p})
	})
}

func FuzzFormat(f *testing.F) {
	for _, x := range []string{"%d", "%5.2f", "%-10s|", "%q", "%x %X", "%g", "%+e", "%a", "%5%", "%.3s", "% d", "%#o", "%c", "%i%%"} {
		f.Add(x, int64(42), 2.5, "text")
	}
	f.Fuzz(func(t *testing.T, format string, n int64, x float64, s string) {
		if len(format) > 40 || len(s) > 100 || x != x || strings.ContainsAny(format, "p\x00") {
			return
		}
		against(t, `show(string.format, f, n, x, s) show(string.format, f, x, n, s) show(string.format, f, s, n, x)`,
			map[string]any{"f": format, "n": n, "x": x, "s": s})
	})
}

func FuzzUnpack(f *testing.F) {
	for _, x := range []string{"<i4", ">I2", "z", "s1", "!8 i1 d", "c3", "i16", "xX i4", "=j", "bBhH"} {
		f.Add(x, "\x01\x02\x03\x04\x05\x06\x07\x08\x00\xff\xff\xff\xff\xff\xff\xff")
	}
	f.Fuzz(func(t *testing.T, format, data string) {
		if len(format) > 9 || strings.Contains(format, "\x00") || len(data) > 100 {
			return
		}
		against(t, `show(string.unpack, f, d) show(string.packsize, f) show(string.pack, f, table.unpack({1, 2, 3, 4, 5, 6, 7, 8, 9}))`,
			map[string]any{"f": format, "d": data})
	})
}
