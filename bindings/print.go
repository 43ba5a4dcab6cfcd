package bindings

import (
	"fmt"
	"strconv"

	"ntopgo/compat/lua"
)

// Print is the global print of scripts that answer a request: it adds no
// newline, and only its first argument counts. Outside a request it writes a
// log line, as the original does for periodic scripts.
func Print(c *lua.Call) {
	ctx, _ := c.VM().Host().(*Context)
	text := printed(c)
	switch {
	case ctx == nil:
	case ctx.Out != nil:
		if _, err := ctx.Out.Write([]byte(text)); err != nil {
			c.Fail("%v", err) // the client is gone: the script need not go on
		}
	default:
		ctx.Env.Log.Logf(2, "%s", text)
	}
}

// printed is the first argument as text; a second argument "blob" limits a
// string to one byte.
func printed(c *lua.Call) string {
	switch c.Kind(1) {
	case lua.None, lua.Nil:
		return "nil"
	case lua.Boolean:
		return strconv.FormatBool(c.Truthy(1))
	case lua.Number:
		n, _ := c.Num(1)
		return fmt.Sprintf("%f", float32(n))
	case lua.TableKind:
		return dump(c.Table(1))
	}
	s, _ := c.Str(1)
	if mode, _ := c.Str(2); mode == "blob" && len(s) > 1 {
		s = s[:1]
	}
	return s
}

func dump(t *lua.Table) string {
	out := ""
	t.Each(func(k, v any) bool {
		out += fmt.Sprintf("%v = %v\n", k, v)
		return true
	})
	return out
}
