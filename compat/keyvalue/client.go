package keyvalue

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/gomodule/redigo/redis"
)

// TLS is how the connection to Redis is secured; the zero value means it is not.
type TLS struct {
	Enabled    bool
	CACert     string // PEM file; empty: the system's roots
	Cert, Key  string // client certificate, PEM files
	SkipVerify bool
}

// Config is how Redis is reached.
type Config struct {
	Address Address
	TLS     TLS
	// Attempts is how often the first connection is tried; default 16, as in
	// the original, Retry apart (default one second).
	Attempts int
	Retry    time.Duration
	// Timeout of connecting, reading and writing; default 5 seconds.
	Timeout time.Duration
	// MaxIdle connections kept; default 16.
	MaxIdle int
	// CacheFor is how long a read of ntopng.prefs.* and ntopng.user.* (except
	// passwords) may be answered from memory; default one second, negative: never.
	// The original keeps them until it writes them itself.
	CacheFor time.Duration
	Logf     Logf
}

func (c *Config) defaults() {
	if c.Attempts <= 0 {
		c.Attempts = 16
	}
	if c.Retry <= 0 {
		c.Retry = time.Second
	}
	if c.Timeout <= 0 {
		c.Timeout = 5 * time.Second
	}
	if c.MaxIdle <= 0 {
		c.MaxIdle = 16
	}
	if c.CacheFor == 0 {
		c.CacheFor = time.Second
	}
}

// client is the one Store implementation: a redigo pool, counters, a read
// cache, and for the embedded store a journal that sees every write.
type client struct {
	pool     *redis.Pool
	stats    counters
	cache    *readCache
	journal  *embedded // nil with a real Redis
	describe string
	logf     Logf
	down     atomic.Bool
	watchers []func(key string)
}

// Open connects to Redis. It tries Attempts times while the server cannot be
// reached; a refused password or database ends it at once.
func Open(ctx context.Context, cfg Config) (Store, error) {
	cfg.defaults()
	options := []redis.DialOption{
		redis.DialConnectTimeout(cfg.Timeout),
		redis.DialReadTimeout(cfg.Timeout),
		redis.DialWriteTimeout(cfg.Timeout),
		redis.DialDatabase(cfg.Address.DB),
	}
	if cfg.Address.Password != "" {
		options = append(options, redis.DialPassword(cfg.Address.Password))
	}
	if cfg.TLS.Enabled {
		tc, err := cfg.TLS.config(cfg.Address.Host)
		if err != nil {
			return nil, err
		}
		options = append(options, redis.DialUseTLS(true), redis.DialTLSConfig(tc))
	}
	network, address := cfg.Address.network()
	c := &client{describe: cfg.Address.String(), logf: cfg.Logf, cache: newReadCache(cfg.CacheFor)}
	c.pool = &redis.Pool{
		MaxIdle:     cfg.MaxIdle,
		IdleTimeout: 5 * time.Minute,
		DialContext: func(ctx context.Context) (redis.Conn, error) {
			return redis.DialContext(ctx, network, address, options...)
		},
		TestOnBorrow: func(conn redis.Conn, since time.Time) error {
			if time.Since(since) < time.Minute {
				return nil
			}
			_, err := conn.Do("PING")
			return err
		},
	}
	if err := c.connect(ctx, cfg); err != nil {
		_ = c.pool.Close()
		return nil, err
	}
	return c, nil
}

// Reachable tells whether something answers PING at the address; it is how the
// program decides between a Redis nobody named and the embedded store.
func Reachable(a Address, timeout time.Duration) bool {
	network, address := a.network()
	conn, err := redis.Dial(network, address, redis.DialConnectTimeout(timeout),
		redis.DialReadTimeout(timeout), redis.DialWriteTimeout(timeout))
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	_, err = conn.Do("PING")
	var refused redis.Error // NOAUTH is an answer as well
	return err == nil || errors.As(err, &refused)
}

func (c *client) connect(ctx context.Context, cfg Config) error {
	for attempt := 1; ; attempt++ {
		c.stats.add("num_other", 1)
		_, err := c.raw("PING")
		if err == nil {
			c.stats.add("num_reconnections", 1)
			return nil
		}
		err = fmt.Errorf("connect to redis %s: %w", c.describe, err)
		if attempt >= cfg.Attempts || !retriable(err) {
			return err
		}
		if attempt == 1 {
			c.logf.printf("%v; trying %d more times", err, cfg.Attempts-1)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(cfg.Retry):
		}
	}
}

func (t TLS) config(host string) (*tls.Config, error) {
	tc := &tls.Config{ServerName: host, InsecureSkipVerify: t.SkipVerify, MinVersion: tls.VersionTLS12}
	if t.CACert != "" {
		pem, err := os.ReadFile(t.CACert)
		if err != nil {
			return nil, fmt.Errorf("redis TLS authority: %w", err)
		}
		tc.RootCAs = x509.NewCertPool()
		if !tc.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("redis TLS authority %s holds no certificate", t.CACert)
		}
	}
	if t.Cert != "" || t.Key != "" {
		pair, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, fmt.Errorf("redis TLS client certificate: %w", err)
		}
		tc.Certificates = []tls.Certificate{pair}
	}
	return tc, nil
}

// retriable tells a broken connection from an answer of the server.
func retriable(err error) bool {
	var answer redis.Error
	if errors.As(err, &answer) {
		return len(answer) >= 7 && answer[:7] == "LOADING"
	}
	return err != nil
}

func (c *client) raw(command string, args ...any) (any, error) {
	conn := c.pool.Get()
	defer func() { _ = conn.Close() }()
	return conn.Do(command, args...)
}

// Do runs one command: counts it, keeps the cache honest and tells the watchers.
func (c *client) Do(command string, args ...any) (any, error) {
	spec := lookup(command)
	c.stats.add(spec.counter, 1)
	if !spec.write {
		return c.run(spec, command, args)
	}
	// Before, so that no reader is served the old value once the write began;
	// after, for what was read and cached while it ran.
	c.cache.forget(spec, args)
	reply, err := c.run(spec, command, args)
	c.cache.forget(spec, args)
	if err == nil && len(c.watchers) > 0 {
		c.tell(spec, args)
	}
	return reply, err
}

func (c *client) tell(spec commandSpec, args []any) {
	n := spec.keys
	if n == -1 || n > len(args) {
		n = len(args)
	}
	for _, f := range c.watchers {
		if n < 0 {
			f("")
			continue
		}
		for _, a := range args[:n] {
			f(argString(a))
		}
	}
}

// OnWrite implements Store.
func (c *client) OnWrite(f func(key string)) { c.watchers = append(c.watchers, f) }

// run journals writes of the embedded store; a real server's command is
// repeated once on a fresh connection when the old one turns out to have died,
// if running it twice does no harm.
func (c *client) run(spec commandSpec, command string, args []any) (any, error) {
	if c.journal != nil {
		return c.journal.do(c, spec, command, args)
	}
	reply, err := c.raw(command, args...)
	if err != nil && retriable(err) {
		if !c.down.Swap(true) {
			c.logf.printf("redis %s: %v; reconnecting", c.describe, err)
		}
		if !spec.write || spec.idempotent || neverSent(err) {
			reply, err = c.raw(command, args...)
		}
	}
	if err == nil && c.down.Load() && c.down.Swap(false) {
		c.stats.add("num_reconnections", 1)
		c.logf.printf("connected again to redis %s", c.describe)
	}
	if err != nil {
		return reply, fmt.Errorf("redis %s: %w", command, err)
	}
	return reply, nil
}

// neverSent tells whether a failure came before the command left the process.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

func (c *client) Embedded() bool   { return c.journal != nil }
func (c *client) Describe() string { return c.describe }

// Close ends every connection and, for the embedded store, writes what is pending.
func (c *client) Close() error {
	err := c.pool.Close()
	if c.journal != nil {
		err = errors.Join(err, c.journal.close())
	}
	return err
}

var _ io.Closer = (*client)(nil)
