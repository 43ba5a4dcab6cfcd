package keyvalue

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func openDir(t *testing.T, dir string) Store {
	t.Helper()
	s, err := OpenEmbedded(EmbeddedConfig{Dir: dir, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// copyDir takes the files as a killed process leaves them.
func copyDir(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(filepath.Join(to, "kv"), os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(to, "kv")
}

func fill(t *testing.T, s Store) {
	t.Helper()
	steps := []error{
		s.Set("str", "v\x00\n"), s.SetEx("ttl", "x", time.Hour), s.SetEx("gone", "x", time.Millisecond),
		s.HSet("h", "f", "1"), s.LTrim("l", 0, 5),
	}
	_, e1 := s.RPush("l", "a", "b", "c")
	_, _, e2 := s.LPop("l")
	_, e3 := s.SAdd("s", "m")
	_, e4 := s.Incr("n", 5)
	_, e5 := s.Incr("n", 2)
	_, e6 := s.Do("ZADD", "z", "1.5", "one")
	_, e7 := s.Do("SET", "opt", "v", "EX", "100")
	for _, err := range append(steps, e1, e2, e3, e4, e5, e6, e7) {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func verify(t *testing.T, s Store) {
	t.Helper()
	v, _, _ := s.Get("str")
	check(t, "str", v, "v\x00\n")
	v, _, _ = s.Get("n")
	check(t, "n", v, "7")
	l, _ := s.LRange("l", 0, -1)
	check(t, "l", l, []string{"b", "c"})
	h, _ := s.HGetAll("h")
	check(t, "h", h, map[string]string{"f": "1"})
	m, _ := s.SIsMember("s", "m")
	check(t, "s", m, true)
	score, _ := s.Do("ZSCORE", "z", "one")
	check(t, "z", string(score.([]byte)), "1.5")
	for _, key := range []string{"ttl", "opt"} {
		if d, _ := s.TTL(key); d < 90*time.Second {
			t.Errorf("TTL(%s) = %v", key, d)
		}
	}
	if d, _ := s.TTL("opt"); d > 100*time.Second {
		t.Errorf("TTL(opt) = %v, more than it was given", d)
	}
	if ok, _ := s.Exists("gone"); ok {
		t.Error("expired key came back")
	}
}

func TestSurvivesClose(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 3 {
		s := openDir(t, dir)
		if n, _ := s.DBSize(); n == 0 {
			fill(t, s)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = openDir(t, dir)
		verify(t, s)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSurvivesKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openDir(t, dir)
	fill(t, s)
	time.Sleep(5 * time.Millisecond) // "gone" expires in wall time
	killed := copyDir(t, dir)        // no Close: what a kill leaves
	verify(t, openDir(t, killed))
}

func TestSecondInstanceRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	openDir(t, dir)
	if s, err := OpenEmbedded(EmbeddedConfig{Dir: dir}); err == nil {
		_ = s.Close()
		t.Error("two stores opened one directory")
	} else if !strings.Contains(err.Error(), "in use") {
		t.Errorf("unclear error: %v", err)
	}
}

// Cutting or changing any byte of the files must never panic, and a cut
// journal keeps what comes before the cut.
func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openDir(t, dir)
	for i := range 5 {
		if err := s.Set(fmt.Sprint("k", i), strings.Repeat("v", 10)); err != nil {
			t.Fatal(err)
		}
	}
	journals, _ := filepath.Glob(filepath.Join(dir, "journal.*"))
	bases, _ := filepath.Glob(filepath.Join(dir, "base.*"))
	if len(journals) != 1 || len(bases) != 1 {
		t.Fatalf("files: %v %v", journals, bases)
	}
	whole, err := os.ReadFile(journals[0])
	if err != nil {
		t.Fatal(err)
	}
	record := (len(whole) - len(fileMagic)) / 5
	tests := []struct {
		name    string
		journal []byte
		base    []byte
		keys    int64
		damaged bool
	}{
		{"whole", whole, nil, 5, false},
		{"cut inside the last record", whole[:len(whole)-3], nil, 4, false},
		{"cut at a record", whole[:len(whole)-record], nil, 4, false},
		{"empty", nil, nil, 0, true},
		{"flipped bit in record 3", flip(whole, len(fileMagic)+2*record+12), nil, 2, true},
		{"flipped length in record 2", flip(whole, len(fileMagic)+record+3), nil, 1, true},
		{"no journal at all", []byte("garbage that is no journal"), nil, 0, true},
		{"base cut", whole, []byte(fileMagic), 5, true},
		{"base garbage", whole, []byte("x"), 5, true},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			d := copyDir(t, dir)
			if err := os.WriteFile(filepath.Join(d, filepath.Base(journals[0])), tc.journal, 0o600); err != nil {
				t.Fatal(err)
			}
			if tc.base != nil {
				if err := os.WriteFile(filepath.Join(d, filepath.Base(bases[0])), tc.base, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			s := openDir(t, d)
			n, err := s.DBSize()
			if err != nil || n != tc.keys {
				t.Errorf("%d keys (%v), want %d", n, err, tc.keys)
			}
			if got := s.Stats()["num_journal_damaged"] > 0; got != tc.damaged {
				t.Errorf("damage counted: %v, want %v", got, tc.damaged)
			}
			// Whatever happened, the store works on and what it then holds is safe.
			if err := s.Set("after", "1"); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = openDir(t, d)
			if n2, _ := s.DBSize(); n2 != tc.keys+1 {
				t.Errorf("%d keys after reopening, want %d", n2, tc.keys+1)
			}
			if s.Stats()["num_journal_damaged"] != 0 {
				t.Error("still damaged after one start")
			}
		})
	}
}

func flip(b []byte, at int) []byte {
	c := slices.Clone(b)
	c[at] ^= 0x40
	return c
}

func TestCompaction(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := OpenEmbedded(EmbeddedConfig{Dir: dir, CompactAt: 4096, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2000 {
		if err := s.Set("same", fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	var size int64
	files, _ := filepath.Glob(filepath.Join(dir, "*.*"))
	for _, f := range files {
		st, _ := os.Stat(f)
		size += st.Size()
	}
	if size > 3*4096 || len(files) != 2 {
		t.Errorf("%d bytes in %v after compaction", size, files)
	}
	_ = s.Close()
	v, _, _ := openDir(t, dir).Get("same")
	check(t, "same", v, "1999")
}

func TestPollingEmptyQueueWritesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openDir(t, dir)
	if err := s.Set("k", "v"); err != nil {
		t.Fatal(err)
	}
	before := s.(*client).journal.journal.size()
	for range 100 {
		if _, _, err := s.LPop("queue"); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Del("none"); err != nil {
			t.Fatal(err)
		}
	}
	check(t, "journal size", s.(*client).journal.journal.size(), before)
}

func TestEmbeddedRefusesUnknownWrites(t *testing.T) {
	t.Parallel()
	s, err := NewMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for _, cmd := range []string{"EVAL", "XADD", "SPOP", "SHUTDOWN"} {
		if _, err := s.Do(cmd, "k"); err == nil || !strings.Contains(err.Error(), "not supported") {
			t.Errorf("%s: %v", cmd, err)
		}
	}
}

func FuzzReadRecord(f *testing.F) {
	f.Add(appendRecord(nil, []string{"SET", "k", "v"}))
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		record, n, err := readRecord(strings.NewReader(string(b)), int64(len(b)))
		if err == nil && (len(record) == 0 || n > int64(len(b))) {
			t.Errorf("record %q of %d bytes from %d", record, n, len(b))
		}
	})
}

// The time to live follows a key through every command that can change it, and
// the same happens on a real server.
func TestExpiryFollowsCommands(t *testing.T) {
	t.Parallel()
	bothStores(t, func(t *testing.T, s Store) {
		steps := []struct {
			cmd  string
			args []any
			key  string
			want int64 // TTL in seconds, -1 none, -2 no key
		}{
			{"SET", []any{"a", "1", "EX", 100}, "a", 100},
			{"INCR", []any{"a"}, "a", 100},
			{"SET", []any{"a", "2", "KEEPTTL"}, "a", 100},
			{"EXPIRE", []any{"a", 200}, "a", 200},
			{"RENAME", []any{"a", "b"}, "b", 200},
			{"EXISTS", []any{"a"}, "a", -2},
			{"SET", []any{"b", "3"}, "b", -1},
			{"SETEX", []any{"b", 50, "4"}, "b", 50},
			{"PERSIST", []any{"b"}, "b", -1},
			{"EXPIREAT", []any{"b", time.Now().Unix() + 70}, "b", 70},
			{"GETSET", []any{"b", "5"}, "b", -1},
			{"RPUSH", []any{"l", "x", "y"}, "l", -1},
			{"EXPIRE", []any{"l", 30}, "l", 30},
			{"RPUSH", []any{"l", "z"}, "l", 30},
			{"RENAME", []any{"b", "l"}, "l", -1},
			{"EXPIRE", []any{"l", 30}, "l", 30},
			{"DEL", []any{"l"}, "l", -2},
			{"RPUSH", []any{"l", "x"}, "l", -1},
			{"EXPIRE", []any{"l", -1}, "l", -2},
			{"SETEX", []any{"c", 10, "1"}, "c", 10},
			{"FLUSHDB", nil, "c", -2},
			{"SET", []any{"c", "1"}, "c", -1},
		}
		for i, st := range steps {
			if _, err := s.Do(st.cmd, st.args...); err != nil {
				t.Fatalf("%d %s: %v", i, st.cmd, err)
			}
			got, err := s.Do("TTL", st.key)
			if n, ok := got.(int64); !ok || err != nil || n > st.want || n < st.want-1 || (st.want < 0 && n != st.want) {
				t.Errorf("%d %s %v: TTL %s = %v %v, want %d", i, st.cmd, st.args, st.key, got, err, st.want)
			}
		}
	})
}

// A key that was renewed does not end at its first time.
func TestRenewedKeyLives(t *testing.T) {
	t.Parallel()
	x := newExpirySet()
	now := time.Unix(1000, 0)
	for i := range 1000 {
		x.set("k", now.Add(time.Duration(i)*time.Second))
	}
	if len(x.heap) > 100 {
		t.Errorf("%d entries for one key", len(x.heap))
	}
	if got := x.due(now.Add(998 * time.Second)); len(got) != 0 {
		t.Errorf("ended early: %v", got)
	}
	if got := x.due(now.Add(999 * time.Second)); !slices.Equal(got, []string{"k"}) {
		t.Errorf("due %v", got)
	}
}

// Many writers while snapshots are taken: what is reopened is what was there.
func TestConcurrentWriters(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := OpenEmbedded(EmbeddedConfig{Dir: dir, CompactAt: 2000, SyncEvery: time.Millisecond, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	const writers, rounds = 8, 300
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range rounds {
				_, e1 := s.Incr("counter", 1)
				_, e2 := s.RPush("list", fmt.Sprint(w, ".", i))
				e3 := s.HSet("hash", fmt.Sprint(i%10), fmt.Sprint(w))
				_, _, e4 := s.LPop("list")
				e5 := s.SetEx(fmt.Sprint("ttl", i%7), "v", time.Duration(i+1)*time.Second)
				for _, err := range []error{e1, e2, e3, e4, e5} {
					if err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	all.Wait()
	if _, err := s.RPush("list", "x", "y"); err != nil {
		t.Fatal(err)
	}
	state := func(s Store) []any {
		counter, _, _ := s.Get("counter")
		list, _ := s.LRange("list", 0, -1)
		hash, _ := s.HGetAll("hash")
		keys, _ := s.Keys("*")
		slices.Sort(keys)
		return []any{counter, list, hash, keys}
	}
	want := state(s)
	check(t, "counter", want[0], fmt.Sprint(writers*rounds))
	killed := openDir(t, copyDir(t, dir))
	check(t, "state after a kill", state(killed), want)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	check(t, "state after a close", state(openDir(t, dir)), want)
	if n := killed.Stats()["num_journal_damaged"]; n != 0 {
		t.Errorf("%d damaged files", n)
	}
}

// When the disk takes no more, the store works on and says so once; when it
// does again, everything is written.
func TestDiskFailure(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var mu sync.Mutex
	var lines []string
	s, err := OpenEmbedded(EmbeddedConfig{Dir: dir, SyncEvery: 5 * time.Millisecond, Logf: func(f string, a ...any) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, fmt.Sprintf(f, a...))
	}})
	if err != nil {
		t.Fatal(err)
	}
	j := s.(*client).journal.journal
	aside := dir + ".away"
	j.fileMu.Lock()
	_ = j.file.Close() // every write fails from now on
	j.fileMu.Unlock()
	if err := os.Rename(dir, aside); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		if err := s.Set("k", fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Millisecond)
	}
	if err := os.Rename(aside, dir); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if !j.wantsSnapshot() {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("not written although the disk works again")
		}
	}
	v, _, _ := openDir(t, copyDir(t, dir)).Get("k")
	check(t, "k", v, "49")
	mu.Lock()
	if len(lines) == 0 || len(lines) > 3 {
		t.Errorf("log: %q", lines)
	}
	mu.Unlock()
	_ = s.Close()
}
