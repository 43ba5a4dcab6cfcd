package bindings

import (
	"flag"
	"fmt"
	"os"
	"sort"
	"sync"
	"testing"

	"ntopgo/compat/lua"
)

// witnessed are the answers that bindings gave to the scripts of this package's
// tests: "namespace.name" -> whether one of them said something, that is neither
// nil nor empty.
var witnessed struct {
	mu  sync.Mutex
	saw map[string]bool
}

// witness wraps every binding that a script can reach, so that its answers are
// seen; it is Lua that runs before a test's own.
const witness = `do
  local saw, select, type, next = witness.saw, select, type, next
  local function seen(key, ...)
    local r = ...
    saw(key, r ~= nil and r ~= "" and (type(r) ~= "table" or next(r) ~= nil))
    return ...
  end
  for _, ns in ipairs({"ntop", "interface", "flow", "host", "network"}) do
    for name, f in pairs(getmetatable(_G[ns]).__index) do
      local key = ns .. "." .. name
      rawset(_G[ns], name, function(...) return seen(key, f(...)) end)
    end
  end
end
`

var witnesses = lua.Namespace{Name: "witness", Functions: map[string]lua.Function{"saw": func(c *lua.Call) {
	key, _ := c.Str(1)
	witnessed.mu.Lock()
	defer witnessed.mu.Unlock()
	if witnessed.saw == nil {
		witnessed.saw = map[string]bool{}
	}
	witnessed.saw[key] = witnessed.saw[key] || c.Truthy(2)
}}}

// silent are bindings that cannot be made to say something in a test, with the
// reason.
var silent = map[string]string{
	"ntop.httpRedirect":         "answers with a header of the page",
	"ntop.snmpgetasync":         "snmpreadasyncrsp has the answer",
	"ntop.snmpgetnextasync":     "snmpreadasyncrsp has the answer",
	"ntop.snmpgetnextbulkasync": "snmpreadasyncrsp has the answer",
	"interface.getEndpoint":     "the test capture is a file",
	"interface.getIfMac":        "the test capture is a file",
	"interface.viewedBy":        "there are no views",
}

// unseen lists the bindings that no test has called from Lua, or that always
// answered with nothing.
func unseen() (out []string) {
	for _, b := range All() {
		if b.Fn == nil || silent[b.Key()] != "" {
			continue
		}
		spoke, called := witnessed.saw[b.Key()]
		mute := b.Status == Unavailable || b.Status == Later || b.Returns == "nil" || b.Returns == "none"
		switch {
		case !called:
			out = append(out, b.Key()+" is never called")
		case !spoke && !mute:
			out = append(out, b.Key()+" never answers with anything")
		}
	}
	sort.Strings(out)
	return out
}

// After all tests, every binding has been called from Lua and has answered.
func TestMain(m *testing.M) {
	status := m.Run()
	if status == 0 && flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.skip").Value.String() == "" &&
		flag.Lookup("test.fuzz").Value.String() == "" {
		if missing := unseen(); len(missing) > 0 {
			for _, m := range missing {
				fmt.Println(m)
			}
			fmt.Printf("%d bindings lack a test that calls them with something behind them\n", len(missing))
			status = 1 // see NTOPGO_UNSEEN
		}
	}
	os.Exit(status)
}
