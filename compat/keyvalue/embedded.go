package keyvalue

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/gomodule/redigo/redis"
)

// EmbeddedConfig is how the embedded store is kept.
type EmbeddedConfig struct {
	// Dir is where the store's files live, normally <data dir>/keyvalue; empty
	// keeps everything in memory only.
	Dir string
	// SyncEvery is the longest time a write may be missing from the disk;
	// default one second. The journal is written at once, so this matters when
	// the machine fails, not when the process does.
	SyncEvery time.Duration
	// CompactAt is the journal size in bytes that starts a new snapshot;
	// default 32 MiB (or twice the snapshot, whichever is more).
	CompactAt int64
	Logf      Logf
}

// embedded is the in-process server and what keeps it on disk.
type embedded struct {
	server  *miniredis.Miniredis
	started time.Time
	stop    chan struct{}
	done    sync.WaitGroup

	mu      sync.Mutex // one write, expiry step or snapshot at a time
	journal *journal   // nil when in memory only
	expiry  *expirySet
	client  *client
	closed  bool
}

// expiryStep is how late a key may be deleted.
const expiryStep = 250 * time.Millisecond

// NewMemory returns an embedded store that is gone when closed, for tests and
// for one-shot modes of the program.
func NewMemory() (Store, error) { return OpenEmbedded(EmbeddedConfig{}) }

// OpenEmbedded starts the embedded store and loads what Dir holds. A damaged
// file is read as far as it is sound, kept aside, logged and counted
// (num_journal_damaged); a directory another process uses is an error.
func OpenEmbedded(cfg EmbeddedConfig) (Store, error) {
	if cfg.SyncEvery <= 0 {
		cfg.SyncEvery = time.Second
	}
	if cfg.CompactAt <= 0 {
		cfg.CompactAt = 32 << 20
	}
	server := miniredis.NewMiniRedis()
	e := &embedded{server: server, started: time.Now(), expiry: newExpirySet(), stop: make(chan struct{})}
	c := &client{describe: "embedded store", logf: cfg.Logf, cache: newReadCache(time.Second), journal: e}
	e.client = c
	c.pool = &redis.Pool{
		MaxIdle: 32,
		Dial: func() (redis.Conn, error) {
			conn, err := server.Dial()
			if err != nil {
				return nil, err
			}
			return redis.NewConn(unlimited{conn}, 0, 0), nil
		},
	}
	if _, err := c.raw("PING"); err != nil {
		return nil, fmt.Errorf("start embedded store: %w", err)
	}
	if cfg.Dir != "" {
		c.describe = "embedded store in " + cfg.Dir
		j, err := openJournal(cfg, e.apply, func() { c.stats.add("num_journal_damaged", 1) })
		if err != nil {
			server.Close()
			return nil, fmt.Errorf("open embedded store: %w", err)
		}
		e.journal = j
	}
	e.done.Add(1)
	go e.keep(cfg.SyncEvery)
	return c, nil
}

// unlimited hides deadlines from redigo: a pipe needs none, and setting them
// costs more than the command.
type unlimited struct{ net.Conn }

func (unlimited) SetDeadline(time.Time) error      { return nil }
func (unlimited) SetReadDeadline(time.Time) error  { return nil }
func (unlimited) SetWriteDeadline(time.Time) error { return nil }

// keep deletes keys that ended and puts the journal on the disk.
func (e *embedded) keep(syncEvery time.Duration) {
	defer e.done.Done()
	step, sync := time.NewTicker(expiryStep), time.NewTicker(syncEvery)
	defer step.Stop()
	defer sync.Stop()
	for {
		select {
		case <-e.stop:
			return
		case <-step.C:
			e.mu.Lock()
			e.expire(time.Now())
			e.mu.Unlock()
		case <-sync.C:
			if e.journal != nil {
				e.maintain()
			}
		}
	}
}

// maintain syncs the journal, and compacts it when it is long or was damaged
// by a full disk.
func (e *embedded) maintain() {
	e.journal.sync()
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.journal.wantsSnapshot() {
		return
	}
	if err := e.journal.snapshot(e.dumpAll); err != nil && !e.journal.reported {
		e.journal.reported = true
		e.client.logf.printf("embedded store: %v; changes are kept in memory until it works again", err)
	} else if err == nil {
		e.journal.reported = false
	}
}

// do runs one command against the in-process server.
func (e *embedded) do(c *client, spec commandSpec, command string, args []any) (any, error) {
	name := strings.ToUpper(command)
	_, known := commands[name]
	switch {
	case name == "INFO":
		return e.info(), nil
	case name == "TTL" && len(args) == 1:
		return e.ttl(argString(args[0]), time.Second), nil
	case name == "PTTL" && len(args) == 1:
		return e.ttl(argString(args[0]), time.Millisecond), nil
	case name == "DUMP" && len(args) == 1:
		return e.dump(argString(args[0]))
	case !known && !readers[name]:
		return nil, fmt.Errorf("redis %s: not supported by the embedded store", name)
	case !spec.write:
		return wrap(name)(c.raw(name, args...))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return nil, errors.New("embedded store is closed")
	}
	now := time.Now()
	e.expire(now)
	var reply any
	var err error
	if name == "RESTORE" {
		reply, err = e.restore(args)
	} else {
		reply, err = wrap(name)(c.raw(name, args...))
	}
	if err == nil {
		e.track(name, spec, args, now)
	}
	if err == nil && e.journal != nil && changed(name, reply) {
		for _, record := range records(name, args, now) {
			e.journal.append(record)
		}
		if e.journal.tooLong() {
			if err := e.journal.snapshot(e.dumpAll); err != nil {
				c.logf.printf("embedded store: %v", err)
			}
		}
	}
	return reply, err
}

func wrap(name string) func(any, error) (any, error) {
	return func(reply any, err error) (any, error) {
		if err != nil {
			return reply, fmt.Errorf("redis %s: %w", name, err)
		}
		return reply, nil
	}
}

// changed tells from its reply whether a write did anything; polling an empty
// queue must not fill the journal.
func changed(name string, reply any) bool {
	switch name {
	case "LPOP", "RPOP", "GETDEL", "RPOPLPUSH", "LMOVE", "SET":
		return reply != nil
	case "DEL", "UNLINK", "SETNX", "HDEL", "HSETNX", "SREM", "SADD", "EXPIRE", "PEXPIRE",
		"EXPIREAT", "PEXPIREAT", "PERSIST", "LREM", "RENAMENX", "SMOVE", "ZREM", "COPY":
		n, ok := reply.(int64)
		return !ok || n != 0
	}
	return true
}

// records are the journal lines of a write: the command itself, except that
// relative times become absolute ones.
func records(name string, args []any, now time.Time) [][]string {
	s := make([]string, 0, len(args)+1)
	s = append(s, name)
	for _, a := range args {
		s = append(s, argString(a))
	}
	expireAt := func(key, amount string, unit time.Duration) []string {
		n, _ := strconv.ParseInt(amount, 10, 64)
		at := now.UnixMilli() + n*int64(unit/time.Millisecond)
		return []string{"PEXPIREAT", key, strconv.FormatInt(at, 10)}
	}
	switch name {
	case "SETEX":
		return [][]string{{"SET", s[1], s[3]}, expireAt(s[1], s[2], time.Second)}
	case "PSETEX":
		return [][]string{{"SET", s[1], s[3]}, expireAt(s[1], s[2], time.Millisecond)}
	case "EXPIRE":
		return [][]string{expireAt(s[1], s[2], time.Second)}
	case "PEXPIRE":
		return [][]string{expireAt(s[1], s[2], time.Millisecond)}
	case "SET":
		return setRecords(s, expireAt)
	case "RESTORE":
		out := [][]string{{"RESTORE", s[1], "0", s[3], "REPLACE"}}
		if s[2] != "0" {
			out = append(out, expireAt(s[1], s[2], time.Millisecond))
		}
		return out
	}
	return [][]string{s}
}

func setRecords(s []string, expireAt func(key, amount string, unit time.Duration) []string) [][]string {
	out := [][]string{{"SET", s[1], s[2]}}
	for i := 3; i < len(s); i++ {
		option := strings.ToUpper(s[i])
		if option == "KEEPTTL" {
			out[0] = append(out[0], "KEEPTTL")
		}
		if i+1 >= len(s) {
			break
		}
		switch option {
		case "EX":
			out = append(out, expireAt(s[1], s[i+1], time.Second))
		case "PX":
			out = append(out, expireAt(s[1], s[i+1], time.Millisecond))
		case "EXAT":
			out = append(out, []string{"PEXPIREAT", s[1], s[i+1] + "000"})
		case "PXAT":
			out = append(out, []string{"PEXPIREAT", s[1], s[i+1]})
		}
	}
	return out
}

// apply replays one journal record while loading.
func (e *embedded) apply(record []string) error {
	spec, ok := commands[record[0]]
	if !ok {
		return fmt.Errorf("unknown command %q", record[0])
	}
	if e.applyDirectly(record) {
		return nil
	}
	args := make([]any, len(record)-1)
	for i, a := range record[1:] {
		args[i] = a
	}
	var err error
	if record[0] == "RESTORE" {
		_, err = e.restore(args)
	} else {
		_, err = e.client.raw(record[0], args...)
	}
	if err == nil {
		e.track(record[0], spec, args, time.Now())
	}
	return err
}

// applyDirectly does what snapshots consist of without a round trip through
// the protocol.
func (e *embedded) applyDirectly(r []string) bool {
	switch {
	case r[0] == "SET" && len(r) == 3:
		e.expiry.clear(r[1])
		return e.server.Set(r[1], r[2]) == nil
	case r[0] == "PEXPIREAT" && len(r) == 3:
		ms, err := strconv.ParseInt(r[2], 10, 64)
		if err != nil {
			return false
		}
		at := time.UnixMilli(ms)
		switch left := time.Until(at); {
		case left <= 0:
			e.expiry.clear(r[1])
			e.server.Del(r[1])
		case e.server.Exists(r[1]):
			e.server.SetTTL(r[1], left)
			e.expiry.set(r[1], at)
		}
		return true
	case r[0] == "RPUSH" && len(r) > 2:
		_, err := e.server.Push(r[1], r[2:]...)
		return err == nil
	case r[0] == "SADD" && len(r) > 2:
		_, err := e.server.SetAdd(r[1], r[2:]...)
		return err == nil
	}
	return false
}

// info answers INFO with the fields the original's pages read.
func (e *embedded) info() []byte {
	var b strings.Builder
	keys := len(e.server.Keys())
	fmt.Fprintf(&b, "# Server\r\nredis_version:7.0.0\r\nredis_mode:embedded\r\nuptime_in_seconds:%d\r\n",
		int(time.Since(e.started).Seconds()))
	size := int64(0)
	if e.journal != nil {
		size = e.journal.size()
	}
	state := "ok"
	if e.failing() {
		state = "err"
	}
	// Scripts show the resident set; the store has no memory of its own to measure,
	// so that it is what the store keeps.
	fmt.Fprintf(&b, "\r\n# Memory\r\nused_memory:%d\r\nused_memory_rss:%d\r\n", size, size)
	fmt.Fprintf(&b, "\r\n# Persistence\r\nrdb_last_bgsave_status:%s\r\naof_enabled:%d\r\naof_current_size:%d\r\n"+
		"aof_last_bgrewrite_status:%s\r\naof_last_write_status:%s\r\n", state, btoi(e.journal != nil), size, state, state)
	fmt.Fprintf(&b, "\r\n# Keyspace\r\ndb0:keys=%d\r\n", keys)
	return []byte(b.String())
}

// failing tells that changes are not kept on disk at the moment.
func (e *embedded) failing() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.journal != nil && e.journal.reported
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// close writes a last snapshot and stops the server.
func (e *embedded) close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	e.mu.Unlock()
	close(e.stop)
	e.done.Wait()
	var err error
	if e.journal != nil {
		e.mu.Lock()
		e.expire(time.Now())
		if e.journal.dirtySinceSnapshot() {
			err = e.journal.snapshot(e.dumpAll)
		}
		err = errors.Join(err, e.journal.close())
		e.mu.Unlock()
	}
	e.server.Close()
	return err
}
