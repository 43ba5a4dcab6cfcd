package keyvalue

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Values of every type and encoding move between a real server and the
// embedded store in both directions.
func TestDumpRestoreAcrossServers(t *testing.T) {
	t.Parallel()
	real := openRedis(t, startRedis(t, false))
	embedded, err := NewMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = embedded.Close() })

	values := map[string]func(s Store, key string) error{
		"string":         func(s Store, k string) error { return s.Set(k, "hello\x00world") },
		"empty string":   func(s Store, k string) error { return s.Set(k, "") },
		"int8 string":    func(s Store, k string) error { return s.Set(k, "-7") },
		"int16 string":   func(s Store, k string) error { return s.Set(k, "12345") },
		"int32 string":   func(s Store, k string) error { return s.Set(k, "-1234567890") },
		"int64 string":   func(s Store, k string) error { return s.Set(k, "1234567890123") },
		"lzf string":     func(s Store, k string) error { return s.Set(k, strings.Repeat("abcabcabd", 500)) },
		"14-bit string":  func(s Store, k string) error { return s.Set(k, randomText(9000)) },
		"32-bit string":  func(s Store, k string) error { return s.Set(k, randomText(70000)) },
		"small hash":     func(s Store, k string) error { return fillHash(s, k, 10, "x") },
		"large hash":     func(s Store, k string) error { return fillHash(s, k, 1500, "x") },
		"hash long":      func(s Store, k string) error { return fillHash(s, k, 3, randomText(4000)) },
		"small list":     func(s Store, k string) error { return fillList(s, k, 10) },
		"large list":     func(s Store, k string) error { return fillList(s, k, 5000) },
		"list of blobs":  func(s Store, k string) error { _, err := s.RPush(k, randomText(10000), randomText(9)); return err },
		"int set":        func(s Store, k string) error { _, err := s.SAdd(k, "1", "-70000", "5000000000"); return err },
		"small text set": func(s Store, k string) error { _, err := s.SAdd(k, "a", "b", "300", "-5", "99999"); return err },
		"large set":      func(s Store, k string) error { return fillSet(s, k, 2000) },
		"small zset":     func(s Store, k string) error { return fillZSet(s, k, 5) },
		"large zset":     func(s Store, k string) error { return fillZSet(s, k, 600) },
	}
	for name, fill := range values {
		for _, way := range []struct {
			name     string
			from, to Store
		}{{"from redis", real, embedded}, {"to redis", embedded, real}} {
			t.Run(name+" "+way.name, func(t *testing.T) {
				if err := fill(way.from, name); err != nil {
					t.Fatal(err)
				}
				payload, ok, err := way.from.Dump(name)
				if err != nil || !ok {
					t.Fatalf("dump: %v %v", ok, err)
				}
				copied := name + " copy"
				if err := way.to.Restore(copied, payload, time.Hour); err != nil {
					t.Fatalf("restore: %v", err)
				}
				check(t, "content", describe(t, way.to, copied), describe(t, way.from, name))
				if d, _ := way.to.TTL(copied); d < time.Minute {
					t.Errorf("TTL %v", d)
				}
				if _, err := way.to.Del(copied); err != nil {
					t.Error(err)
				}
				_, _ = way.from.Del(name)
			})
		}
	}
	if _, ok, err := embedded.Dump("missing"); ok || err != nil {
		t.Errorf("dump of nothing: %v %v", ok, err)
	}
	if err := embedded.Restore("k", []byte("no dump at all"), 0); err == nil {
		t.Error("garbage restored")
	}
}

func randomText(n int) string {
	b := make([]byte, n)
	x := uint32(n)
	for i := range b {
		x = x*1664525 + 1013904223
		b[i] = byte(x >> 24)
	}
	return string(b)
}

func fillHash(s Store, k string, n int, v string) error {
	for i := range n {
		if err := s.HSet(k, fmt.Sprint("f", i*37), v+fmt.Sprint(i)); err != nil {
			return err
		}
	}
	return nil
}

func fillList(s Store, k string, n int) error {
	for i := range n {
		// numbers of all widths and texts
		if _, err := s.RPush(k, fmt.Sprint(i*i*i*i-1000), fmt.Sprint("t", i)); err != nil {
			return err
		}
	}
	return nil
}

func fillSet(s Store, k string, n int) error {
	for i := range n {
		if _, err := s.SAdd(k, fmt.Sprint("member", i)); err != nil {
			return err
		}
	}
	return nil
}

func fillZSet(s Store, k string, n int) error {
	for i := range n {
		if _, err := s.Do("ZADD", k, fmt.Sprint(float64(i)+0.25), fmt.Sprint("m", i)); err != nil {
			return err
		}
	}
	return nil
}

// describe lists type and content of a key, order of sets and hashes apart.
func describe(t *testing.T, s Store, key string) []string {
	t.Helper()
	kind, err := s.Do("TYPE", key)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	switch kind {
	case "string":
		v, _, _ := s.Get(key)
		out = []string{v}
	case "list":
		out, err = s.LRange(key, 0, -1)
	case "set":
		out, err = s.SMembers(key)
		slices.Sort(out)
	case "hash":
		all, e := s.HGetAll(key)
		err = e
		for k, v := range all {
			out = append(out, k+"="+v)
		}
		slices.Sort(out)
	case "zset":
		reply, e := s.Do("ZRANGE", key, "0", "-1", "WITHSCORES")
		out, err = list(reply, e)
	}
	if err != nil || len(out) == 0 {
		t.Fatalf("%s %v: %v, %d elements", key, kind, err, len(out))
	}
	return append(out, fmt.Sprint(kind))
}

func FuzzDecodeDump(f *testing.F) {
	for _, v := range []value{
		{kind: "string", str: "x"}, {kind: "list", members: []string{"a", "b"}},
		{kind: "hash", members: []string{"a", "b"}}, {kind: "zset", members: []string{"a", "1"}},
	} {
		d := encodeDump(v)
		f.Add(d[0], d[1:len(d)-10])
	}
	f.Add(byte(rdbListQuick2), []byte{1, 2, 11, 11, 0, 0, 0, 1, 0, 0x81, 'a', 2, 0xff})
	f.Add(byte(rdbString), []byte{0xc3, 4, 10, 0x20, 0, 'a', 0})
	f.Fuzz(func(t *testing.T, kind byte, body []byte) {
		v, err := decodeDump(sealDump(append([]byte{kind}, body...), rdbVersion))
		if err == nil && v.kind == "" {
			t.Error("no kind and no error")
		}
	})
}
