package senders

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// SyslogSocket is where the system's log listens.
const SyslogSocket = "/dev/log"

// facilityUser is the facility of ordinary programs (RFC 5424, table 1).
const facilityUser = 1 << 3

// Syslog writes a line to a log's local socket with a severity from 0
// (emergency) to 7 (debug), in the form of RFC 3164 that such sockets expect.
func Syslog(socket string, severity int, text string) error {
	severity = min(max(severity, 0), 7)
	for _, network := range []string{"unixgram", "unix"} {
		conn, err := net.DialTimeout(network, socket, time.Second)
		if err != nil {
			continue
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
		_, err = fmt.Fprintf(conn, "<%d>%s %s[%d]: %s\n", facilityUser|severity, time.Now().Format(time.Stamp),
			filepath.Base(os.Args[0]), os.Getpid(), strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", " "))
		if err != nil {
			return fmt.Errorf("syslog: %w", err)
		}
		return nil
	}
	return fmt.Errorf("syslog: nobody listens at %s", socket)
}
