package bindings

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/gomodule/redigo/redis"

	"ntopgo/compat/lua"
	"ntopgo/engine/speedtest"
	"ntopgo/engine/zmq"
)

// Routing information of a BGP server beside the program, the speed of the
// connection, and where flows go.
func init() {
	register("ntop", map[string]func(c *Call){
		"ribFind":                      ribFind,
		"startPollingBGPPrefixChanges": startPollingBGP,
		"speedtest":                    speedTest,
		"hasSpeedtestSupport":          func(c *Call) { c.Push(true) },
		"elasticsearchConnection":      elasticsearch,
	})
}

const (
	bgpServer   = "ntopng.prefs.bgp_server."
	bgpTopic    = "prefix_change"
	bgpQueue    = "ntopng.bgp.queue.updates"
	bgpQueueMax = 100
	ribTimeout  = 3 * time.Second
)

// ribFind asks a server that speaks Redis' protocol for the routes to an address.
func ribFind(c *Call) {
	host, _, err1 := c.Env.KV.Get(bgpServer + "ip_address")
	port, _, err2 := c.Env.KV.Get(bgpServer + "port")
	if c.Failed(err1) || c.Failed(err2) || host == "" || port == "" || c.Kind(1) != lua.String {
		c.Push(nil)
		return
	}
	text, err := findRoutes(net.JoinHostPort(host, port), c.String(1))
	if c.Failed(err) || text == "" {
		c.Push(nil)
		return
	}
	c.Push(text)
}

func findRoutes(server, addr string) (string, error) {
	conn, err := redis.Dial("tcp", server, redis.DialConnectTimeout(ribTimeout), redis.DialReadTimeout(ribTimeout), redis.DialWriteTimeout(ribTimeout))
	if err != nil {
		return "", fmt.Errorf("BGP server %s: %w", server, err)
	}
	defer func() { _ = conn.Close() }()
	text, err := redis.String(conn.Do("FINDALL", addr))
	if err != nil && err != redis.ErrNil {
		return "", fmt.Errorf("BGP server %s: %w", server, err)
	}
	return text, nil
}

// startPollingBGP subscribes to changes of prefixes, at the given ZMQ endpoint or
// that of the preferences, and puts them into a list of the store. It takes the
// place of a subscription before.
func startPollingBGP(c *Call) {
	defer c.Push(nil)
	endpoint := c.word(1)
	if endpoint == "" {
		var err error
		if endpoint, _, err = c.Env.KV.Get(bgpServer + "prefix_changes_endpoint"); c.Failed(err) || endpoint == "" {
			return
		}
	}
	kv := c.Env.KV
	l, err := zmq.Listen(endpoint, bgpTopic, func(text string) {
		if _, err := kv.LPush(bgpQueue, text); err == nil {
			_ = kv.LTrim(bgpQueue, 0, bgpQueueMax-1)
		}
	})
	if c.Failed(err) {
		return
	}
	c.Env.state.change(func(s *state) { s.bgp, l = l, s.bgp })
	if l != nil {
		l.Close()
	}
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
