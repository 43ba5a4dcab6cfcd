package keyvalue

import (
	"context"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// startRedis runs a real server on a unix socket (and, with port true, on a
// free loopback port) for the life of the test.
func startRedis(t testing.TB, port bool, options ...string) Address {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("redis-server is not installed")
	}
	dir := t.TempDir()
	a := Address{Socket: filepath.Join(dir, "s")}
	args := []string{"--save", "", "--dir", dir, "--unixsocket", a.Socket, "--port", "0"}
	if port {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		a = Address{Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port}
		_ = l.Close()
		args[len(args)-1] = strconv.Itoa(a.Port)
		args = append(args, "--bind", "127.0.0.1")
	}
	cmd := exec.Command(program, append(args, options...)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for deadline := time.Now().Add(10 * time.Second); !Reachable(a, time.Second); {
		if time.Now().After(deadline) {
			t.Fatal("redis-server does not answer")
		}
		time.Sleep(10 * time.Millisecond)
	}
	return a
}

func openRedis(t testing.TB, a Address) Store {
	t.Helper()
	s, err := Open(context.Background(), Config{Address: a, Attempts: 1, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// bothStores runs a test against the embedded store and a real server.
func bothStores(t *testing.T, f func(t *testing.T, s Store)) {
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		s, err := OpenEmbedded(EmbeddedConfig{Dir: t.TempDir(), Logf: t.Logf})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		f(t, s)
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		f(t, openRedis(t, startRedis(t, false)))
	})
}
