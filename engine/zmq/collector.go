package zmq

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"
)

// Topics are those of probes; subscriptions are by prefix.
var Topics = []string{"flow", "event", "counter", "template", "option", "hello", "listening-ports", "snmp-ifaces", "message"}

// Bounds of collectors.
const (
	maxEndpoints = 32
	redial       = time.Second
	dialTimeout  = 5 * time.Second
)

// CollectorConfig says where a collector gets its messages.
type CollectorConfig struct {
	// Endpoints are "tcp://host:port", "zmq://host:port" or "ipc:///path", to which
	// the collector connects, or listens where the endpoint ends with c.
	Endpoints []string
	Password  string // of the old obfuscation, "" for none
	// Handle takes the messages of all endpoints, one at a time. endpoint is the
	// place in Endpoints.
	Handle func(endpoint int, e Envelope)
	// Bad is told of a message that is none of a probe's; nil: nobody is.
	Bad func(err error)
	// Logf takes a line about a connection; nil: nothing.
	Logf func(format string, args ...any)
}

// Collector receives what probes publish, and connects again when a connection
// ends.
type Collector struct {
	cfg    CollectorConfig
	cancel context.CancelFunc
	wg     sync.WaitGroup

	handling  sync.Mutex
	mu        sync.Mutex // guards what follows
	listeners []net.Listener
	conns     map[net.Conn]bool
	closed    bool
}

// SplitEndpoints takes a list of endpoints apart that the command line names.
func SplitEndpoints(list string) []string { return strings.Split(list, ",") }

// endpoint is one address of a collector.
type endpoint struct {
	network, address string
	listen           bool
}

func parseEndpoint(s string) (e endpoint, err error) {
	scheme, rest, ok := strings.Cut(s, "://")
	if rest, e.listen = strings.CutSuffix(rest, "c"); !ok || rest == "" {
		return e, fmt.Errorf("zmq: %q is no endpoint such as tcp://127.0.0.1:5556", s)
	}
	switch scheme {
	case "tcp", "zmq":
		e.network = "tcp"
		host, port, err := net.SplitHostPort(rest)
		if err != nil || port == "" {
			return e, fmt.Errorf("zmq: endpoint %q has no port", s)
		}
		if host == "*" {
			host = ""
		}
		e.address = net.JoinHostPort(host, port)
	case "ipc":
		e.network, e.address = "unix", rest
	default:
		return e, fmt.Errorf("zmq: endpoint %q: want tcp, zmq or ipc", s)
	}
	return e, nil
}

// Collect starts a collector. Endpoints that listen do so when it returns; to the
// others the collector connects as soon as somebody listens there.
func Collect(cfg CollectorConfig) (*Collector, error) {
	if cfg.Logf == nil {
		cfg.Logf = func(string, ...any) {}
	}
	if cfg.Bad == nil {
		cfg.Bad = func(error) {}
	}
	if n := len(cfg.Endpoints); n == 0 || n > maxEndpoints {
		return nil, fmt.Errorf("zmq: %d endpoints, want 1 to %d", n, maxEndpoints)
	}
	list := make([]endpoint, len(cfg.Endpoints))
	for i, s := range cfg.Endpoints {
		var err error
		if list[i], err = parseEndpoint(s); err != nil {
			return nil, err
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &Collector{cfg: cfg, cancel: cancel, conns: map[net.Conn]bool{}}
	for i, e := range list {
		if !e.listen {
			continue
		}
		l, err := new(net.ListenConfig).Listen(ctx, e.network, e.address)
		if err != nil {
			c.Close()
			return nil, fmt.Errorf("zmq: %w", err)
		}
		c.listeners = append(c.listeners, l)
		c.wg.Go(func() { c.accept(ctx, l, i) })
	}
	for i, e := range list {
		if !e.listen {
			c.wg.Go(func() { c.dial(ctx, e, i) })
		}
	}
	return c, nil
}

// Addr is where the first endpoint that listens does so, nil without one.
func (c *Collector) Addr() net.Addr {
	if len(c.listeners) == 0 {
		return nil
	}
	return c.listeners[0].Addr()
}

func (c *Collector) accept(ctx context.Context, l net.Listener, endpoint int) {
	for {
		conn, err := l.Accept()
		if errors.Is(err, net.ErrClosed) || ctx.Err() != nil {
			return
		}
		if err != nil {
			pause(ctx, redial)
			continue
		}
		c.wg.Go(func() { c.serve(conn, endpoint) })
	}
}

func (c *Collector) dial(ctx context.Context, e endpoint, place int) {
	for told := false; ctx.Err() == nil; {
		conn, err := (&net.Dialer{Timeout: dialTimeout}).DialContext(ctx, e.network, e.address)
		if err == nil {
			told = false
			c.serve(conn, place)
		} else if !told && ctx.Err() == nil {
			told = true
			c.cfg.Logf("no probe at %s yet: %v", c.cfg.Endpoints[place], err)
		}
		pause(ctx, redial)
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// serve reads the messages of one connection until that ends.
func (c *Collector) serve(conn net.Conn, endpoint int) {
	if !c.keep(conn) {
		return
	}
	defer c.drop(conn)
	_ = conn.SetDeadline(time.Now().Add(dialTimeout)) // until the handshake is over
	r := bufio.NewReaderSize(conn, 1<<16)
	if err := subscribe(conn, r, Topics); err != nil {
		c.cfg.Logf("%s: %v", c.cfg.Endpoints[endpoint], err)
		return
	}
	_ = conn.SetDeadline(time.Time{})
	c.cfg.Logf("collecting at %s from %s", c.cfg.Endpoints[endpoint], conn.RemoteAddr())
	for {
		frames, err := readMessage(r)
		if err != nil {
			return
		}
		e, err := parseEnvelope(frames, c.cfg.Password)
		if err != nil {
			c.cfg.Bad(err)
			continue
		}
		c.handling.Lock()
		c.cfg.Handle(endpoint, e)
		c.handling.Unlock()
	}
}

func (c *Collector) keep(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		_ = conn.Close()
		return false
	}
	c.conns[conn] = true
	return true
}

func (c *Collector) drop(conn net.Conn) {
	_ = conn.Close()
	c.mu.Lock()
	delete(c.conns, conn)
	c.mu.Unlock()
}

// Close ends the collector; Handle is not called any more when it returns.
func (c *Collector) Close() {
	c.cancel()
	c.mu.Lock()
	c.closed = true
	for conn := range c.conns {
		_ = conn.Close()
	}
	c.mu.Unlock()
	for _, l := range c.listeners {
		_ = l.Close()
	}
	c.wg.Wait()
}
