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

// Facilities of programs (RFC 5424, table 1).
var facilities = map[string]int{"kern": 0, "user": 1, "mail": 2, "daemon": 3, "auth": 4, "security": 4, "syslog": 5, "lpr": 6, "news": 7,
	"uucp": 8, "cron": 9, "authpriv": 10, "ftp": 11, "local0": 16, "local1": 17, "local2": 18, "local3": 19, "local4": 20, "local5": 21,
	"local6": 22, "local7": 23}

// FacilityUser is that of ordinary programs, FacilityDaemon that of services.
const (
	FacilityUser   = 1
	FacilityDaemon = 3
)

// Facility is the number of a facility by its name, as syslog.conf(5) has it.
func Facility(name string) (n int, ok bool) {
	n, ok = facilities[strings.ToLower(name)]
	return n, ok
}

// Syslog writes a line to a log's local socket with a severity from 0
// (emergency) to 7 (debug), in the form of RFC 3164 that such sockets expect.
func Syslog(socket string, severity int, text string) error {
	return SyslogAs(socket, FacilityUser, severity, text)
}

// SyslogAs is Syslog for another facility than that of ordinary programs.
func SyslogAs(socket string, facility, severity int, text string) error {
	severity = min(max(severity, 0), 7)
	for _, network := range []string{"unixgram", "unix"} {
		conn, err := net.DialTimeout(network, socket, time.Second)
		if err != nil {
			continue
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
		_, err = fmt.Fprintf(conn, "<%d>%s %s[%d]: %s\n", facility<<3|severity, time.Now().Format(time.Stamp),
			filepath.Base(os.Args[0]), os.Getpid(), strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", " "))
		if err != nil {
			return fmt.Errorf("syslog: %w", err)
		}
		return nil
	}
	return fmt.Errorf("syslog: nobody listens at %s", socket)
}
