package keyvalue

import (
	"errors"
	"math"
	"time"

	"github.com/gomodule/redigo/redis"
)

func milliseconds(d time.Duration) int64 {
	ms := d.Milliseconds()
	if ms == 0 && d > 0 {
		return 1
	}
	return ms
}

func optional(reply any, err error) (string, bool, error) {
	s, err := redis.String(reply, err)
	if errors.Is(err, redis.ErrNil) {
		return "", false, nil
	}
	return s, err == nil, err
}

func list(reply any, err error) ([]string, error) {
	s, err := redis.Strings(reply, err)
	if errors.Is(err, redis.ErrNil) {
		return nil, nil
	}
	return s, err
}

func withKey(key string, more []string) []any {
	args := make([]any, 0, len(more)+1)
	args = append(args, key)
	for _, m := range more {
		args = append(args, m)
	}
	return args
}

func (c *client) Get(key string) (string, bool, error) {
	v, exists, hit, version := c.cache.get(key)
	if hit {
		c.stats.add("num_get", 1)
		return v, exists, nil
	}
	v, exists, err := optional(c.Do("GET", key))
	if err == nil {
		c.cache.put(key, v, exists, version)
	}
	return v, exists, err
}

func (c *client) Set(key, value string) error {
	_, err := c.Do("SET", key, value)
	return err
}

func (c *client) SetEx(key, value string, ttl time.Duration) error {
	if ttl <= 0 {
		return c.Set(key, value)
	}
	_, err := c.Do("PSETEX", key, milliseconds(ttl), value)
	return err
}

func (c *client) SetNX(key, value string) (bool, error) {
	return redis.Bool(c.Do("SETNX", key, value))
}

func (c *client) Del(keys ...string) (int64, error) {
	if len(keys) == 0 {
		return 0, nil
	}
	args := make([]any, len(keys))
	for i, k := range keys {
		args[i] = k
	}
	return redis.Int64(c.Do("DEL", args...))
}

func (c *client) Incr(key string, by int64) (int64, error) {
	return redis.Int64(c.Do("INCRBY", key, by))
}

func (c *client) Expire(key string, ttl time.Duration) (bool, error) {
	return redis.Bool(c.Do("PEXPIRE", key, milliseconds(ttl)))
}

func (c *client) TTL(key string) (time.Duration, error) {
	ms, err := redis.Int64(c.Do("PTTL", key))
	if err != nil || ms < 0 {
		return time.Duration(ms), err
	}
	if ms > math.MaxInt64/int64(time.Millisecond) {
		return math.MaxInt64, nil
	}
	return time.Duration(ms) * time.Millisecond, nil
}

func (c *client) Keys(pattern string) ([]string, error) { return list(c.Do("KEYS", pattern)) }

func (c *client) Exists(key string) (bool, error) { return redis.Bool(c.Do("EXISTS", key)) }

func (c *client) Rename(from, to string) error {
	_, err := c.Do("RENAME", from, to)
	return err
}

func (c *client) StrLen(key string) (int64, error) { return redis.Int64(c.Do("STRLEN", key)) }

func (c *client) HGet(key, field string) (string, bool, error) {
	return optional(c.Do("HGET", key, field))
}

func (c *client) HSet(key, field, value string) error {
	_, err := c.Do("HSET", key, field, value)
	return err
}

func (c *client) HDel(key string, fields ...string) (int64, error) {
	if len(fields) == 0 {
		return 0, nil
	}
	return redis.Int64(c.Do("HDEL", withKey(key, fields)...))
}

func (c *client) HGetAll(key string) (map[string]string, error) {
	m, err := redis.StringMap(c.Do("HGETALL", key))
	if errors.Is(err, redis.ErrNil) {
		return map[string]string{}, nil
	}
	return m, err
}

func (c *client) HKeys(key string) ([]string, error) { return list(c.Do("HKEYS", key)) }

// HStrLen reads the field: HSTRLEN is missing from old servers and from the embedded one.
func (c *client) HStrLen(key, field string) (int64, error) {
	v, _, err := c.HGet(key, field)
	return int64(len(v)), err
}

func (c *client) LPush(key string, values ...string) (int64, error) {
	return redis.Int64(c.Do("LPUSH", withKey(key, values)...))
}

func (c *client) RPush(key string, values ...string) (int64, error) {
	return redis.Int64(c.Do("RPUSH", withKey(key, values)...))
}

func (c *client) LPop(key string) (string, bool, error) { return optional(c.Do("LPOP", key)) }
func (c *client) RPop(key string) (string, bool, error) { return optional(c.Do("RPOP", key)) }

func (c *client) LRange(key string, start, stop int64) ([]string, error) {
	return list(c.Do("LRANGE", key, start, stop))
}

func (c *client) LTrim(key string, start, stop int64) error {
	_, err := c.Do("LTRIM", key, start, stop)
	return err
}

func (c *client) LLen(key string) (int64, error) { return redis.Int64(c.Do("LLEN", key)) }

func (c *client) LRem(key string, count int64, value string) (int64, error) {
	return redis.Int64(c.Do("LREM", key, count, value))
}

func (c *client) LInsert(key string, before bool, pivot, value string) (int64, error) {
	where := "AFTER"
	if before {
		where = "BEFORE"
	}
	return redis.Int64(c.Do("LINSERT", key, where, pivot, value))
}

func (c *client) LIndex(key string, index int64) (string, bool, error) {
	return optional(c.Do("LINDEX", key, index))
}

func (c *client) LSet(key string, index int64, value string) error {
	_, err := c.Do("LSET", key, index, value)
	return err
}

func (c *client) SAdd(key string, members ...string) (int64, error) {
	return redis.Int64(c.Do("SADD", withKey(key, members)...))
}

func (c *client) SRem(key string, members ...string) (int64, error) {
	return redis.Int64(c.Do("SREM", withKey(key, members)...))
}

func (c *client) SMembers(key string) ([]string, error) { return list(c.Do("SMEMBERS", key)) }

func (c *client) SIsMember(key, member string) (bool, error) {
	return redis.Bool(c.Do("SISMEMBER", key, member))
}

func (c *client) Dump(key string) ([]byte, bool, error) {
	b, err := redis.Bytes(c.Do("DUMP", key))
	if errors.Is(err, redis.ErrNil) {
		return nil, false, nil
	}
	return b, err == nil, err
}

func (c *client) Restore(key string, payload []byte, ttl time.Duration) error {
	var ms int64
	if ttl > 0 {
		ms = milliseconds(ttl)
	}
	_, err := c.Do("RESTORE", key, ms, payload, "REPLACE")
	return err
}

func (c *client) Publish(channel, message string) (int64, error) {
	return redis.Int64(c.Do("PUBLISH", channel, message))
}

func (c *client) DBSize() (int64, error) { return redis.Int64(c.Do("DBSIZE")) }

func (c *client) FlushDB() error {
	_, err := c.Do("FLUSHDB")
	return err
}

func (c *client) Info() (string, error) { return redis.String(c.Do("INFO")) }

func (c *client) Stats() map[string]uint64 { return c.stats.snapshot() }

func (c *client) Count(name string, n uint64) { c.stats.add(name, n) }
