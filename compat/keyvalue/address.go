package keyvalue

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
)

// Address says which server -r names.
type Address struct {
	Socket   string // unix socket path; then Host and Port are empty
	Host     string
	Port     int
	Password string
	DB       int
}

// DefaultAddress is where Redis is looked for when -r is not given.
func DefaultAddress() Address { return Address{Host: "127.0.0.1", Port: 6379} }

// ParseAddress reads the argument of -r/--redis: host[:port[:password]][@db],
// [v6]:port, @db alone, or the path of a unix socket, also with @db. The
// password may hold any character but the last '@' followed by digits.
func ParseAddress(s string) (Address, error) {
	a := DefaultAddress()
	rest := s
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		db, err := strconv.Atoi(rest[i+1:])
		switch {
		case err == nil && db >= 0:
			a.DB, rest = db, rest[:i]
		case !strings.Contains(rest[:i], ":"):
			return a, fmt.Errorf("redis database %q is not a number", rest[i+1:])
		}
	}
	if rest == "" {
		return a, nil
	}
	if strings.HasPrefix(rest, "/") || isSocket(rest) {
		a.Socket, a.Host, a.Port = rest, "", 0
		return a, nil
	}
	if strings.HasPrefix(rest, "[") {
		end := strings.IndexByte(rest, ']')
		if end < 0 || net.ParseIP(rest[1:end]) == nil {
			return a, fmt.Errorf("redis address %q: bad IPv6 address", s)
		}
		a.Host, rest = rest[1:end], rest[end+1:]
	} else {
		host, after, _ := strings.Cut(rest, ":")
		if host != "" {
			a.Host = host
		}
		if len(rest) > len(host) {
			rest = ":" + after
		} else {
			rest = ""
		}
	}
	if rest == "" {
		return a, nil
	}
	if rest[0] != ':' {
		return a, fmt.Errorf("redis address %q: expected a colon after the host", s)
	}
	port, password, _ := strings.Cut(rest[1:], ":")
	if port != "" {
		n, err := strconv.Atoi(port)
		if err != nil || n < 1 || n > 65535 {
			return a, fmt.Errorf("redis port %q is not a port number", port)
		}
		a.Port = n
	}
	a.Password = password
	return a, nil
}

func isSocket(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode()&os.ModeSocket != 0
}

// String shows the address without its password.
func (a Address) String() string {
	if a.Socket != "" {
		return fmt.Sprintf("%s@%d", a.Socket, a.DB)
	}
	return fmt.Sprintf("%s@%d", net.JoinHostPort(a.Host, strconv.Itoa(a.Port)), a.DB)
}

func (a Address) network() (network, address string) {
	if a.Socket != "" {
		return "unix", a.Socket
	}
	return "tcp", net.JoinHostPort(a.Host, strconv.Itoa(a.Port))
}
