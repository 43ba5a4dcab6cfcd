package keyvalue

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func check(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s = %#v, want %#v", what, got, want)
	}
}

func TestStrings(t *testing.T) {
	t.Parallel()
	bothStores(t, func(t *testing.T, s Store) {
		num, yes := must[int64](t), must[bool](t)
		if _, ok, err := s.Get("missing"); ok || err != nil {
			t.Errorf("missing key: %v %v", ok, err)
		}
		binary := "a\x00b\r\n\xff$é"
		if err := s.Set("k", binary); err != nil {
			t.Fatal(err)
		}
		v, ok, err := s.Get("k")
		check(t, "binary value", []any{v, ok, err}, []any{binary, true, nil})
		check(t, "strlen", num(s.StrLen("k")), int64(len(binary)))
		check(t, "strlen missing", num(s.StrLen("missing")), int64(0))
		check(t, "setnx old", yes(s.SetNX("k", "x")), false)
		check(t, "setnx new", yes(s.SetNX("n", "1")), true)
		check(t, "incr", num(s.Incr("n", 41)), int64(42))
		check(t, "incr new", num(s.Incr("m", -3)), int64(-3))
		check(t, "exists", yes(s.Exists("n")), true)
		if err := s.Rename("n", "renamed"); err != nil {
			t.Error(err)
		}
		check(t, "old name", yes(s.Exists("n")), false)
		check(t, "del", num(s.Del("renamed", "nothing", "m")), int64(2))
		keys := must[[]string](t)(s.Keys("*"))
		check(t, "keys", keys, []string{"k"})
		check(t, "dbsize", num(s.DBSize()), int64(1))
		if err := s.FlushDB(); err != nil {
			t.Error(err)
		}
		check(t, "dbsize after flush", num(s.DBSize()), int64(0))
	})
}

func TestKeysPattern(t *testing.T) {
	t.Parallel()
	bothStores(t, func(t *testing.T, s Store) {
		for _, k := range []string{"ntopng.user.admin.password", "ntopng.user.a.b.password", "ntopng.user.x.group"} {
			if err := s.Set(k, "1"); err != nil {
				t.Fatal(err)
			}
		}
		got := must[[]string](t)(s.Keys("ntopng.user.*.password"))
		slices.Sort(got)
		check(t, "keys", got, []string{"ntopng.user.a.b.password", "ntopng.user.admin.password"})
	})
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	bothStores(t, func(t *testing.T, s Store) {
		if err := s.SetEx("long", "v", time.Hour); err != nil {
			t.Fatal(err)
		}
		if err := s.SetEx("short", "v", 50*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		if err := s.SetEx("never", "v", 0); err != nil {
			t.Fatal(err)
		}
		ttl := must[time.Duration](t)
		if d := ttl(s.TTL("long")); d < 59*time.Minute || d > time.Hour {
			t.Errorf("TTL(long) = %v", d)
		}
		check(t, "ttl never", ttl(s.TTL("never")), NoExpiry)
		check(t, "ttl missing", ttl(s.TTL("missing")), NoKey)
		yes := must[bool](t)
		check(t, "expire missing", yes(s.Expire("missing", time.Second)), false)
		check(t, "expire", yes(s.Expire("never", time.Minute)), true)
		if d := ttl(s.TTL("never")); d <= 0 || d > time.Minute {
			t.Errorf("TTL after Expire = %v", d)
		}
		for deadline := time.Now().Add(5 * time.Second); yes(s.Exists("short")); {
			if time.Now().After(deadline) {
				t.Fatal("key does not expire")
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
}

func TestHashes(t *testing.T) {
	t.Parallel()
	bothStores(t, func(t *testing.T, s Store) {
		for _, f := range []string{"a", "b", ""} {
			if err := s.HSet("h", f, "v"+f); err != nil {
				t.Fatal(err)
			}
		}
		v, ok, err := s.HGet("h", "a")
		check(t, "hget", []any{v, ok, err}, []any{"va", true, nil})
		if _, ok, err := s.HGet("h", "none"); ok || err != nil {
			t.Errorf("hget none: %v %v", ok, err)
		}
		check(t, "hgetall", must[map[string]string](t)(s.HGetAll("h")), map[string]string{"a": "va", "b": "vb", "": "v"})
		check(t, "hgetall missing", must[map[string]string](t)(s.HGetAll("none")), map[string]string{})
		check(t, "hstrlen", must[int64](t)(s.HStrLen("h", "b")), int64(2))
		check(t, "hdel", must[int64](t)(s.HDel("h", "a", "zzz")), int64(1))
		keys := must[[]string](t)(s.HKeys("h"))
		slices.Sort(keys)
		check(t, "hkeys", keys, []string{"", "b"})
		if _, _, err := s.Get("h"); err == nil || !strings.Contains(err.Error(), "WRONGTYPE") {
			t.Errorf("GET of a hash: %v", err)
		}
	})
}

func TestLists(t *testing.T) {
	t.Parallel()
	bothStores(t, func(t *testing.T, s Store) {
		num, lst := must[int64](t), must[[]string](t)
		check(t, "rpush", num(s.RPush("l", "b", "c")), int64(2))
		check(t, "lpush", num(s.LPush("l", "a")), int64(3))
		check(t, "insert", num(s.LInsert("l", true, "c", "bb")), int64(4))
		check(t, "insert after", num(s.LInsert("l", false, "c", "d")), int64(5))
		check(t, "no pivot", num(s.LInsert("l", true, "zz", "x")), int64(-1))
		check(t, "range", lst(s.LRange("l", 0, -1)), []string{"a", "b", "bb", "c", "d"})
		v, ok, err := s.LIndex("l", -1)
		check(t, "index", []any{v, ok, err}, []any{"d", true, nil})
		if err := s.LSet("l", 0, "b"); err != nil {
			t.Error(err)
		}
		check(t, "rem", num(s.LRem("l", 0, "b")), int64(2))
		if err := s.LTrim("l", 0, 1); err != nil {
			t.Error(err)
		}
		check(t, "len", num(s.LLen("l")), int64(2))
		v, ok, err = s.LPop("l")
		check(t, "lpop", []any{v, ok, err}, []any{"bb", true, nil})
		v, ok, err = s.RPop("l")
		check(t, "rpop", []any{v, ok, err}, []any{"c", true, nil})
		_, ok, err = s.LPop("l")
		check(t, "lpop empty", []any{ok, err}, []any{false, nil})
	})
}

func TestSets(t *testing.T) {
	t.Parallel()
	bothStores(t, func(t *testing.T, s Store) {
		check(t, "sadd", must[int64](t)(s.SAdd("s", "1", "2", "2")), int64(2))
		check(t, "srem", must[int64](t)(s.SRem("s", "1", "9")), int64(1))
		check(t, "smembers", must[[]string](t)(s.SMembers("s")), []string{"2"})
		check(t, "sismember", must[bool](t)(s.SIsMember("s", "2")), true)
		check(t, "sismember not", must[bool](t)(s.SIsMember("s", "1")), false)
	})
}

func TestStatsAndInfo(t *testing.T) {
	t.Parallel()
	bothStores(t, func(t *testing.T, s Store) {
		before := s.Stats()
		for i := range 3 {
			if err := s.Set(fmt.Sprint("k", i), "v"); err != nil {
				t.Fatal(err)
			}
			_, _, _ = s.Get("k0")
		}
		s.Count("num_resolver_get_address", 7)
		after := s.Stats()
		check(t, "num_set", after["num_set"]-before["num_set"], uint64(3))
		check(t, "num_get", after["num_get"]-before["num_get"], uint64(3))
		check(t, "resolver", after["num_resolver_get_address"], uint64(7))
		if len(after) < len(counterNames) {
			t.Errorf("only %d counters", len(after))
		}
		info, err := s.Info()
		if err != nil || !strings.Contains(info, "redis_version:") {
			t.Errorf("INFO: %v %q", err, info)
		}
	})
}

// A preference read twice must show a change made in between, whichever way it came.
func TestCacheSeesOwnWrites(t *testing.T) {
	t.Parallel()
	bothStores(t, func(t *testing.T, s Store) {
		const key = "ntopng.prefs.x"
		writes := []struct {
			name string
			do   func() error
			want string
		}{
			{"set", func() error { return s.Set(key, "1") }, "1"},
			{"setex", func() error { return s.SetEx(key, "2", time.Hour) }, "2"},
			{"incr", func() error { _, err := s.Incr(key, 5); return err }, "7"},
			{"do", func() error { _, err := s.Do("append", key, "0"); return err }, "70"},
			{"del", func() error { _, err := s.Del("other", key); return err }, ""},
			{"setnx", func() error { _, err := s.SetNX(key, "3"); return err }, "3"},
			{"rename", func() error { return s.Rename(key, "gone") }, ""},
			{"rename back", func() error { return s.Rename("gone", key) }, "3"},
			{"flush", s.FlushDB, ""},
		}
		for _, w := range writes {
			if err := w.do(); err != nil {
				t.Fatalf("%s: %v", w.name, err)
			}
			got, _, err := s.Get(key)
			if err != nil || got != w.want {
				t.Errorf("after %s: %q, %v; want %q", w.name, got, err, w.want)
			}
		}
	})
}

func BenchmarkGet(b *testing.B) {
	for _, kind := range []string{"embedded", "redis", "redis cached"} {
		b.Run(kind, func(b *testing.B) {
			var s Store
			if kind == "embedded" {
				s, _ = NewMemory()
				defer func() { _ = s.Close() }()
			} else {
				s = openRedis(b, startRedis(b, false))
			}
			key := "k"
			if kind == "redis cached" {
				key = "ntopng.prefs.k"
			}
			_ = s.Set(key, "value")
			b.ReportAllocs()
			for b.Loop() {
				if _, ok, err := s.Get(key); !ok || err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestOnWrite(t *testing.T) {
	t.Parallel()
	bothStores(t, func(t *testing.T, s Store) {
		var seen []string
		s.OnWrite(func(key string) { seen = append(seen, key) })
		_ = s.Set("a", "1")
		_, _, _ = s.Get("a")
		_, _ = s.Del("a", "b")
		_, _ = s.Incr("a", 1)
		_, _ = s.LPush("a", "x") // wrong type: no write
		_ = s.FlushDB()
		check(t, "keys told", seen, []string{"a", "a", "b", "a", ""})
	})
}
