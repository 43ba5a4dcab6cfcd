package keyvalue

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// commandSpec is what the client must know of a command to count it, to keep
// its cache honest and to journal it.
type commandSpec struct {
	counter    string // of ntop.getCacheStats
	write      bool
	idempotent bool // running it twice equals running it once
	keys       int  // leading key arguments; -1: all are, -2: the whole database
}

// Counter names are those of ntop.getCacheStats.
var commands = map[string]commandSpec{
	"GET":       {counter: "num_get"},
	"MGET":      {counter: "num_get"},
	"SET":       {counter: "num_set", write: true, idempotent: true, keys: 1},
	"SETEX":     {counter: "num_set", write: true, idempotent: true, keys: 1},
	"PSETEX":    {counter: "num_set", write: true, idempotent: true, keys: 1},
	"SETNX":     {counter: "num_set", write: true, keys: 1},
	"GETSET":    {counter: "num_set", write: true, keys: 1},
	"GETDEL":    {counter: "num_del", write: true, keys: 1},
	"MSET":      {counter: "num_set", write: true, idempotent: true, keys: -2},
	"APPEND":    {counter: "num_set", write: true, keys: 1},
	"SETRANGE":  {counter: "num_set", write: true, keys: 1},
	"SETBIT":    {counter: "num_set", write: true, keys: 1},
	"DEL":       {counter: "num_del", write: true, idempotent: true, keys: -1},
	"UNLINK":    {counter: "num_del", write: true, idempotent: true, keys: -1},
	"INCR":      {counter: "num_set", write: true, keys: 1},
	"DECR":      {counter: "num_set", write: true, keys: 1},
	"INCRBY":    {counter: "num_set", write: true, keys: 1},
	"DECRBY":    {counter: "num_set", write: true, keys: 1},
	"EXPIRE":    {counter: "num_expire", write: true, idempotent: true, keys: 1},
	"PEXPIRE":   {counter: "num_expire", write: true, idempotent: true, keys: 1},
	"EXPIREAT":  {counter: "num_expire", write: true, idempotent: true, keys: 1},
	"PEXPIREAT": {counter: "num_expire", write: true, idempotent: true, keys: 1},
	"PERSIST":   {counter: "num_expire", write: true, idempotent: true, keys: 1},
	"RENAME":    {counter: "num_other", write: true, keys: 2},
	"RENAMENX":  {counter: "num_other", write: true, keys: 2},
	"COPY":      {counter: "num_other", write: true, keys: 2},
	"TTL":       {counter: "num_ttl"},
	"PTTL":      {counter: "num_ttl"},
	"KEYS":      {counter: "num_keys"},
	"SCAN":      {counter: "num_keys"},
	"STRLEN":    {counter: "num_strlen"},
	"HGET":      {counter: "num_hget"},
	"HMGET":     {counter: "num_hget"},
	"HSTRLEN":   {counter: "num_strlen"},
	"HSET":      {counter: "num_hset", write: true, idempotent: true, keys: 1},
	"HMSET":     {counter: "num_hset", write: true, idempotent: true, keys: 1},
	"HSETNX":    {counter: "num_hset", write: true, keys: 1},
	"HINCRBY":   {counter: "num_hset", write: true, keys: 1},
	"HDEL":      {counter: "num_hdel", write: true, idempotent: true, keys: 1},
	"HGETALL":   {counter: "num_hgetall"},
	"HKEYS":     {counter: "num_hkeys"},
	"LPUSH":     {counter: "num_lpush_rpush", write: true, keys: 1},
	"RPUSH":     {counter: "num_lpush_rpush", write: true, keys: 1},
	"LPUSHX":    {counter: "num_lpush_rpush", write: true, keys: 1},
	"RPUSHX":    {counter: "num_lpush_rpush", write: true, keys: 1},
	"LPOP":      {counter: "num_lpop_rpop", write: true, keys: 1},
	"RPOP":      {counter: "num_lpop_rpop", write: true, keys: 1},
	"RPOPLPUSH": {counter: "num_lpop_rpop", write: true, keys: 2},
	"LMOVE":     {counter: "num_lpop_rpop", write: true, keys: 2},
	"LLEN":      {counter: "num_llen"},
	"LTRIM":     {counter: "num_trim", write: true, keys: 1},
	"LREM":      {counter: "num_other", write: true, keys: 1},
	"LINSERT":   {counter: "num_other", write: true, keys: 1},
	"LSET":      {counter: "num_other", write: true, idempotent: true, keys: 1},
	"SADD":      {counter: "num_other", write: true, idempotent: true, keys: 1},
	"SREM":      {counter: "num_other", write: true, idempotent: true, keys: 1},
	"SMOVE":     {counter: "num_other", write: true, keys: 2},
	"ZADD":      {counter: "num_other", write: true, idempotent: true, keys: 1},
	"ZREM":      {counter: "num_other", write: true, idempotent: true, keys: 1},
	"ZINCRBY":   {counter: "num_other", write: true, keys: 1},
	"RESTORE":   {counter: "num_other", write: true, idempotent: true, keys: 1},
	"FLUSHDB":   {counter: "num_other", write: true, idempotent: true, keys: -2},
	"FLUSHALL":  {counter: "num_other", write: true, idempotent: true, keys: -2},
}

// replayable are the commands outside the table that only read. The embedded
// store refuses the rest, since a write it does not know would be lost at a restart.
var readers = map[string]bool{
	"PING": true, "ECHO": true, "INFO": true, "DBSIZE": true, "EXISTS": true, "TYPE": true,
	"DUMP": true, "HEXISTS": true, "HLEN": true, "HVALS": true, "HSCAN": true, "LRANGE": true,
	"LINDEX": true, "SMEMBERS": true, "SISMEMBER": true, "SCARD": true, "SRANDMEMBER": true,
	"SSCAN": true, "ZRANGE": true, "ZRANGEBYSCORE": true, "ZREVRANGE": true, "ZSCORE": true,
	"ZCARD": true, "ZCOUNT": true, "GETRANGE": true, "GETBIT": true, "BITCOUNT": true,
	"PUBLISH": true, "TIME": true, "RANDOMKEY": true, "COMMAND": true, "TOUCH": true,
	"SINTER": true, "SUNION": true, "SDIFF": true, "SELECT": true,
}

func lookup(command string) commandSpec {
	name := strings.ToUpper(command)
	if spec, ok := commands[name]; ok {
		return spec
	}
	// An unknown command may write anything: the cache must forget all it holds.
	return commandSpec{counter: "num_other", write: !readers[name], keys: -2}
}

// counterNames are the fields of ntop.getCacheStats, always all present.
var counterNames = []string{
	"num_expire", "num_get", "num_ttl", "num_del", "num_hget", "num_hset", "num_hdel", "num_set",
	"num_keys", "num_hkeys", "num_hgetall", "num_trim", "num_reconnections", "num_lpush_rpush",
	"num_lpop_rpop", "num_llen", "num_strlen", "num_other", "num_resolver_saved_lookups",
	"num_resolver_get_address", "num_resolver_set_address",
}

type counters struct {
	m sync.Map // name → *atomic.Uint64
}

func (c *counters) add(name string, n uint64) {
	v, ok := c.m.Load(name)
	if !ok {
		v, _ = c.m.LoadOrStore(name, new(atomic.Uint64))
	}
	v.(*atomic.Uint64).Add(n)
}

func (c *counters) snapshot() map[string]uint64 {
	out := make(map[string]uint64, len(counterNames)+4)
	for _, n := range counterNames {
		out[n] = 0
	}
	c.m.Range(func(k, v any) bool {
		out[k.(string)] = v.(*atomic.Uint64).Load()
		return true
	})
	return out
}

// argString is a command argument as Redis receives it.
func argString(a any) string {
	switch v := a.(type) {
	case string:
		return v
	case []byte:
		return string(v)
	case nil:
		return ""
	case bool:
		if v {
			return "1"
		}
		return "0"
	default:
		return fmt.Sprint(v)
	}
}
