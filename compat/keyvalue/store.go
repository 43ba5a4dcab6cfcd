package keyvalue

import "time"

// Store is a Redis-like key-value store. Every method may be called from
// several goroutines at once. A missing key is no error; it shows in the second
// result where there is one, and reads as "", 0 or an empty collection elsewhere.
// Errors are connection failures, wrong-type operations and refused commands.
type Store interface {
	// Get returns the string at key and whether it exists.
	Get(key string) (string, bool, error)
	// Set stores a string without time to live.
	Set(key, value string) error
	// SetEx stores a string that expires after ttl; a ttl of zero or less means never.
	SetEx(key, value string, ttl time.Duration) error
	// SetNX stores a string only if key does not exist, and tells whether it did.
	SetNX(key, value string) (bool, error)
	// Del removes keys of any type and returns how many existed.
	Del(keys ...string) (int64, error)
	// Incr adds by to the integer at key (0 when missing) and returns the sum.
	Incr(key string, by int64) (int64, error)
	// Expire sets the time to live and tells whether the key exists.
	Expire(key string, ttl time.Duration) (bool, error)
	// TTL is the remaining life: -1 no expiry, -2 no such key (as nanoseconds
	// of those values, i.e. TTL(-1) and TTL(-2)), else a positive duration.
	TTL(key string) (time.Duration, error)
	// Keys lists the keys matching a glob pattern, in no order.
	Keys(pattern string) ([]string, error)
	Exists(key string) (bool, error)
	Rename(from, to string) error
	// StrLen is the length in bytes of the string at key, 0 when missing.
	StrLen(key string) (int64, error)

	HGet(key, field string) (string, bool, error)
	HSet(key, field, value string) error
	HDel(key string, fields ...string) (int64, error)
	HGetAll(key string) (map[string]string, error)
	HKeys(key string) ([]string, error)
	HStrLen(key, field string) (int64, error)

	// LPush and RPush return the length of the list afterwards.
	LPush(key string, values ...string) (int64, error)
	RPush(key string, values ...string) (int64, error)
	LPop(key string) (string, bool, error)
	RPop(key string) (string, bool, error)
	// LRange returns elements start..stop, inclusive; negatives count from the end.
	LRange(key string, start, stop int64) ([]string, error)
	LTrim(key string, start, stop int64) error
	LLen(key string) (int64, error)
	// LRem removes up to count occurrences (negative: from the tail, 0: all).
	LRem(key string, count int64, value string) (int64, error)
	// LInsert puts value before or after pivot; -1 when pivot is not there.
	LInsert(key string, before bool, pivot, value string) (int64, error)
	LIndex(key string, index int64) (string, bool, error)
	LSet(key string, index int64, value string) error

	// SAdd and SRem return how many members were added or removed.
	SAdd(key string, members ...string) (int64, error)
	SRem(key string, members ...string) (int64, error)
	SMembers(key string) ([]string, error)
	SIsMember(key, member string) (bool, error)

	// Dump returns the value in Redis' own serialisation (RDB payload with
	// version and CRC-64 trailer); Restore reads it, replacing what is there.
	Dump(key string) ([]byte, bool, error)
	Restore(key string, payload []byte, ttl time.Duration) error

	Publish(channel, message string) (int64, error)
	DBSize() (int64, error)
	// FlushDB removes every key of the selected database.
	FlushDB() error
	// Info is the text of the INFO command.
	Info() (string, error)
	// Do runs any other command and returns redigo's reply: nil, int64,
	// []byte, string (status) or []any.
	Do(command string, args ...any) (any, error)

	// Stats returns the counters of ntop.getCacheStats: num_get, num_set, ...
	Stats() map[string]uint64
	// Count adds n to one of those counters; the address resolver keeps its own there.
	Count(name string, n uint64)
	// OnWrite registers f to be called after every successful write with each
	// key it named ("" for a write that may touch any key). Register before the
	// store is shared; f may write itself.
	OnWrite(f func(key string))
	// Embedded tells whether the store lives in this process.
	Embedded() bool
	// Describe names the server for the log, without its password.
	Describe() string
	Close() error
}

// Special results of Store.TTL.
const (
	NoExpiry time.Duration = -1
	NoKey    time.Duration = -2
)

// Logf writes one log line at normal level; a nil Logf is silent.
type Logf func(format string, args ...any)

func (l Logf) printf(format string, args ...any) {
	if l != nil {
		l(format, args...)
	}
}
