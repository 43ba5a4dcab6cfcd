package bindings

import (
	"strings"
)

// Group "Logging".
func init() {
	register("ntop", map[string]func(c *Call){
		"traceEvent":      traceEvent,
		"verboseTrace":    func(c *Call) { c.Push(c.Env.Log.Level() >= 6) },
		"setLoggingLevel": setLoggingLevel,
	})
}

// levels are the names that scripts and the preference use.
var levels = map[string]int{"trace": 6, "debug": 5, "info": 3, "normal": 2, "warning": 1, "error": 0}

// traceEvent takes a level, the script's file and line, and a text.
func traceEvent(c *Call) {
	level, file, line, text := int(c.Integer(1)), c.String(2), c.Integer(3), c.String(4)
	if i := strings.LastIndexByte(file, '/'); i >= 0 {
		file = file[i+1:]
	}
	c.Env.Log.LogAt(level, file, int(line), text)
}

func setLoggingLevel(c *Call) {
	if c.Env.Options.TraceLevelGiven {
		return
	}
	if n, ok := levels[c.String(1)]; ok {
		c.Env.Log.SetLevel(n)
	}
}
