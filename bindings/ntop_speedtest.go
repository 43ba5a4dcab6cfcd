package bindings

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/speedtest"
)

// The speed of the connection to the internet, and where flows are sent.
func init() {
	register("ntop", map[string]func(c *Call){
		"speedtest":               speedTest,
		"hasSpeedtestSupport":     func(c *Call) { c.Push(true) },
		"elasticsearchConnection": elasticsearch,
	})
}

// speedTest is a measurement as JSON text. One runs at a time: they would take
// the line from each other.
func speedTest(c *Call) {
	if c.Env.offline() {
		c.Push(nil)
		return
	}
	c.Env.speed.mu.Lock()
	defer c.Env.speed.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	r, err := speedtest.Run(ctx, c.Env.speed.config)
	if c.Failed(err) {
		c.Push(nil)
		return
	}
	text, err := json.Marshal(r)
	c.pushUnless(err, string(text))
}

// elasticsearch tells where flows go with -F "es;type;index;url;user:password".
func elasticsearch(c *Call) {
	f := strings.Split(c.Env.Options.DumpFlows, ";")
	if len(f) < 4 || f[0] != "es" {
		c.Push(nil)
		return
	}
	user, password := "", ""
	if len(f) > 4 {
		user, password, _ = strings.Cut(f[4], ":")
	}
	host := f[3]
	if i := strings.Index(host, "://"); i >= 0 {
		if j := strings.IndexByte(host[i+3:], '/'); j >= 0 {
			host = host[:i+3+j]
		}
	}
	c.Push(lua.NewTable(4).Set("user", user).Set("password", password).Set("url", f[3]).Set("host", host))
}
