package bindings

import (
	"fmt"
	"net"
	"time"

	"github.com/gomodule/redigo/redis"

	"ntopgo/compat/lua"
	"ntopgo/engine/zmq"
)

// Routing information of a BGP server beside the program.
func init() {
	register("ntop", map[string]func(c *Call){
		"ribFind":                      ribFind,
		"startPollingBGPPrefixChanges": startPollingBGP,
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
