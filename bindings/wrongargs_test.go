package bindings

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// acts are bindings that no test may call at random: they end the process, wait,
// or talk to other machines.
var acts = map[string]string{
	"interface.mdnsReadQueuedResponses": "waits for answers",
	"ntop.msleep":                       "sleeps",
	"ntop.shutdown":                     "ends the process",
}

// wrongArguments are lists of arguments that no binding asks for, in Lua.
var wrongArguments = []struct{ name, args string }{
	{"none", ``},
	{"nil", `nil, nil, nil, nil`},
	{"tables", `{}, {}, {}, {}, {}, {}`},
	{"nested tables", `{{1, {2}}, x = {y = {}}}, {[1.5] = 1, [true] = false}`},
	{"functions", `print, function() error("called") end, print`},
	{"booleans", `true, false, true, false, true`},
	{"words", `"no such thing", "no such thing", "no such thing", "no such thing", "no such thing"`},
	{"empty words", `"", "", "", "", "", "", ""`},
	{"long words", `long, long, long, long`},
	{"odd bytes", `"\0", "\xff\xfe%s%n", "\27[0m\r\n", "../../../../etc/shadow"`},
	{"negative numbers", `-1, -1, -1, -1, -1, -1, -1`},
	{"huge numbers", `math.maxinteger, math.maxinteger, math.maxinteger, math.maxinteger, math.maxinteger`},
	{"the lowest numbers", `math.mininteger, math.mininteger, math.mininteger, math.mininteger`},
	{"no integers", `0.5, -1e300, 1/0, -1/0, 0/0`},
	{"word and number", `"x", -5, "x", 2^40, "x"`},
	{"number and word", `2^40, "x", -5, "x", 7`},
	{"address and table", `"192.168.1.10", {}, "192.168.1.10", {}, "x"`},
	{"address and numbers", `"192.168.1.10", 70000, -70000, math.maxinteger, math.mininteger, 0.5`},
	{"too many", `(table.unpack or unpack)(many)`},
}

// resultTypes are the types that the registry says the first result may have;
// nil is always among them.
func (b *Binding) resultTypes() map[string]bool {
	types := map[string]bool{"nil": true}
	for _, t := range strings.Split(strings.Split(b.Returns, ",")[0], "/") {
		switch t {
		case "integer":
			types["number"] = true
		case "none":
		case "false":
			types["boolean"] = true
		default:
			types[t] = true
		}
	}
	return types
}

// Whatever a script passes, a binding answers with a type that the registry
// names, or nil: it neither ends the script nor panics.
func TestWrongArguments(t *testing.T) {
	t.Parallel()
	for _, year := range []int{2024, 2026} {
		t.Run(fmt.Sprint(year), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, year)
			w.everyName()
			w.unseen = true
			for _, b := range All() {
				if b.Fn == nil || acts[b.Key()] != "" {
					continue
				}
				w.tryWrong(b)
			}
		})
	}
}

// tryWrong calls b with all the wrong arguments.
func (w *world) tryWrong(b *Binding) {
	w.t.Helper()
	var code strings.Builder
	code.WriteString("local out = {} local long, many = string.rep('x', 1 << 18), {} for i = 1, 200 do many[i] = i % 3 == 0 and 'x' or i end\n")
	for _, a := range wrongArguments {
		args := b.Key()
		if a.args != "" {
			args += ", " + a.args
		}
		fmt.Fprintf(&code, "do local ok, r = pcall(%s) out[#out + 1] = ok and type(r) or tostring(r) end\n", args)
	}
	code.WriteString("print('\\1' .. table.concat(out, '\\n'))")
	allowed := b.resultTypes()
	begin := time.Now()
	_, text, _ := strings.Cut(w.run(code.String(), w.theFlow(80), w.theHost(clientIP)), "\x01") // some bindings print
	answers := strings.Split(text, "\n")
	if d := time.Since(begin); d > time.Second {
		w.t.Logf("%s takes %v", b.Key(), d)
	}
	for i, a := range wrongArguments {
		if i >= len(answers) {
			w.t.Errorf("%s does not come back from %s", b.Key(), a.name)
			break
		}
		if !allowed[answers[i]] {
			w.t.Errorf("%s%s with %s: %s, the registry says %s", b.Key(), b.Signature, a.name, answers[i], b.Returns)
		}
	}
}
