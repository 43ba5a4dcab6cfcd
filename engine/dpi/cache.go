package dpi

import (
	"net/netip"
	"sync"
)

// cacheKind keeps the uses of the cache apart.
type cacheKind uint8

// Uses of the cache.
const (
	cacheSTUN  cacheKind = 1 + iota // calls: the sockets of a client serve many peers
	cacheOokla                      // hosts that measure their speed, whatever the port
)

// cacheLife is how long an endpoint is remembered, in packet time.
const cacheLife = 120e9

type endpoint struct {
	addr netip.Addr
	port uint16
	kind cacheKind
}

type remembered struct {
	app  uint16
	seen int64
}

// endpointCache remembers what an endpoint was seen doing. It is bounded: when
// it is full it starts afresh. A nil cache remembers nothing.
type endpointCache struct {
	mu   sync.Mutex
	size int
	now  map[endpoint]remembered
}

func newEndpointCache(size int) *endpointCache {
	if size <= 0 {
		return nil
	}
	return &endpointCache{size: size, now: map[endpoint]remembered{}}
}

// Remember notes for both ends of the flow that they do app (an id of 2024).
func (c *Context) Remember(kind cacheKind, app uint16) {
	k := c.E.cache
	if k == nil || app == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.now)+2 > k.size {
		clear(k.now)
	}
	k.now[endpoint{c.T.Client, c.T.CliPort, kind}] = remembered{app, c.P.Time}
	k.now[endpoint{c.T.Server, c.T.SrvPort, kind}] = remembered{app, c.P.Time}
}

// RememberPeer notes an endpoint that the flow talks about.
func (c *Context) RememberPeer(kind cacheKind, app uint16, at netip.AddrPort) {
	k := c.E.cache
	if k == nil || app == 0 || !at.IsValid() {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.now)+1 > k.size {
		clear(k.now)
	}
	k.now[endpoint{at.Addr(), at.Port(), kind}] = remembered{app, c.P.Time}
}

// recallHost is Recall for a host, whatever the port.
func (k *endpointCache) recallHost(kind cacheKind, host netip.Addr, now int64) uint16 {
	if k == nil {
		return 0
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if r, ok := k.now[endpoint{host, 0, kind}]; ok && now-r.seen < cacheLife {
		return r.app
	}
	return 0
}

// Recall returns what either end of the flow was last seen doing, 0 for nothing.
func (c *Context) Recall(kind cacheKind) uint16 {
	k := c.E.cache
	if k == nil {
		return 0
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, p := range [2]endpoint{{c.T.Client, c.T.CliPort, kind}, {c.T.Server, c.T.SrvPort, kind}} {
		if r, ok := k.now[p]; ok && c.P.Time-r.seen < cacheLife {
			return r.app
		}
	}
	return 0
}
