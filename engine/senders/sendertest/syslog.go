package sendertest

import (
	"net"
	"path/filepath"
	"testing"
	"time"
)

// Syslog listens like the system's log and returns its socket and a function
// that waits for the next line.
func Syslog(t testing.TB) (socket string, next func() string) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "log")
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return socket, func() string {
		b := make([]byte, 4096)
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		n, err := c.Read(b)
		if err != nil {
			t.Error(err)
		}
		return string(b[:n])
	}
}
