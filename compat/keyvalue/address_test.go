package keyvalue

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestParseAddress(t *testing.T) {
	t.Parallel()
	tests := []struct {
		in   string
		want Address
	}{
		{"", Address{Host: "127.0.0.1", Port: 6379}},
		{"@2", Address{Host: "127.0.0.1", Port: 6379, DB: 2}},
		{"redis.example", Address{Host: "redis.example", Port: 6379}},
		{"redis.example@3", Address{Host: "redis.example", Port: 6379, DB: 3}},
		{"10.0.0.1:6380", Address{Host: "10.0.0.1", Port: 6380}},
		{"10.0.0.1:6380@1", Address{Host: "10.0.0.1", Port: 6380, DB: 1}},
		{"h:6380:secret@1", Address{Host: "h", Port: 6380, Password: "secret", DB: 1}},
		{"h:6380:se:c@ret", Address{Host: "h", Port: 6380, Password: "se:c@ret"}},
		{"h:6380:se@c@9", Address{Host: "h", Port: 6380, Password: "se@c", DB: 9}},
		{"h::pw", Address{Host: "h", Port: 6379, Password: "pw"}},
		{"[::1]:6380", Address{Host: "::1", Port: 6380}},
		{"[::1]@4", Address{Host: "::1", Port: 6379, DB: 4}},
		{"/run/redis/redis.sock", Address{Socket: "/run/redis/redis.sock"}},
		{"/run/redis/redis.sock@5", Address{Socket: "/run/redis/redis.sock", DB: 5}},
	}
	for _, tc := range tests {
		got, err := ParseAddress(tc.in)
		if err != nil || got != tc.want {
			t.Errorf("ParseAddress(%q) = %+v, %v; want %+v", tc.in, got, err, tc.want)
		}
	}
	for _, bad := range []string{"h:port", "h:0", "h:99999", "[::1", "[zz]:1", "[::1]6379", "h@x"} {
		if a, err := ParseAddress(bad); err == nil {
			t.Errorf("ParseAddress(%q) = %+v, want an error", bad, a)
		}
	}
	if s := (Address{Host: "h", Port: 1, Password: "secret"}).String(); strings.Contains(s, "secret") {
		t.Errorf("password shown: %s", s)
	}
}

func TestRedisPasswordDatabaseAndTCP(t *testing.T) {
	t.Parallel()
	a := startRedis(t, true, "--requirepass", "pass:w@rd")
	if _, err := Open(context.Background(), Config{Address: a, Attempts: 5}); err == nil {
		t.Error("opened without the password")
	}
	a.Password = "pass:w@rd"
	one, two := a, a
	one.DB, two.DB = 1, 2
	s1, s2 := openRedis(t, one), openRedis(t, two)
	if err := s1.Set("k", "in one"); err != nil {
		t.Fatal(err)
	}
	if _, ok, _ := s2.Get("k"); ok {
		t.Error("databases are not separate")
	}
	if s1.Embedded() || strings.Contains(s1.Describe(), "pass") {
		t.Errorf("Describe() = %q", s1.Describe())
	}
}

func TestRedisNotThere(t *testing.T) {
	t.Parallel()
	a := Address{Socket: filepath.Join(t.TempDir(), "none")}
	if Reachable(a, time.Second) {
		t.Error("reachable")
	}
	var lines []string
	_, err := Open(context.Background(), Config{Address: a, Attempts: 3, Retry: time.Millisecond,
		Logf: func(f string, _ ...any) { lines = append(lines, f) }})
	if err == nil || !strings.Contains(err.Error(), a.Socket) {
		t.Errorf("error %v does not name the server", err)
	}
	if len(lines) != 1 {
		t.Errorf("%d log lines for three attempts", len(lines))
	}
}

// Connections cut by the server are replaced without the caller noticing.
func TestReconnects(t *testing.T) {
	t.Parallel()
	a := startRedis(t, false)
	s, other := openRedis(t, a), openRedis(t, a)
	if err := s.Set("k", "v"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := other.Do("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"); err != nil {
			t.Fatal(err)
		}
		if v, ok, err := s.Get("k"); v != "v" || !ok || err != nil {
			t.Fatalf("after the cut: %q %v %v", v, ok, err)
		}
	}
	if n := s.Stats()["num_reconnections"]; n < 2 {
		t.Errorf("num_reconnections = %d", n)
	}
}

// A server that goes away and comes back is used again; in between errors are
// quick, and the log says each of the two things once.
func TestServerRestart(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("redis-server is not installed")
	}
	dir := t.TempDir()
	a := Address{Socket: filepath.Join(dir, "s")}
	start := func() *exec.Cmd {
		cmd := exec.Command(program, "--save", "", "--dir", dir, "--unixsocket", a.Socket, "--port", "0")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(10 * time.Second); !Reachable(a, time.Second); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("redis-server does not answer")
			}
		}
		return cmd
	}
	stop := func(cmd *exec.Cmd) {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = os.Remove(a.Socket)
	}
	server := start()
	var lines []string
	s, err := Open(context.Background(), Config{Address: a, Attempts: 1, Logf: func(f string, args ...any) { lines = append(lines, fmt.Sprintf(f, args...)) }})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	stop(server)
	for range 3 {
		begin := time.Now()
		if err := s.Set("k", "v"); err == nil {
			t.Error("no error while the server is away")
		}
		if d := time.Since(begin); d > time.Second {
			t.Errorf("an error takes %v", d)
		}
	}
	server = start()
	defer stop(server)
	if err := s.Set("k", "v"); err != nil {
		t.Fatal(err)
	}
	if v, _, err := s.Get("k"); v != "v" || err != nil {
		t.Errorf("%q %v", v, err)
	}
	if len(lines) != 2 || !strings.Contains(lines[0], "reconnecting") || !strings.Contains(lines[1], "connected again") {
		t.Errorf("log: %q", lines)
	}
}
