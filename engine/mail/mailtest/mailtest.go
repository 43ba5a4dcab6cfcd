// Package mailtest is a small SMTP server for tests.
package mailtest

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"
)

// Mail is one message that was delivered.
type Mail struct {
	From, Auth string
	To         []string
	Text       string // lines end in \r\n
	TLS        bool
}

// Server delivers into its channel.
type Server struct {
	Addr  string
	Mails chan Mail
}

// New starts a server. With a certificate it offers STARTTLS, or speaks TLS from
// the start where inside says so. It refuses recipients that begin with "no".
func New(t testing.TB, cert *tls.Certificate, inside bool) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	s := &Server{Addr: l.Addr().String(), Mails: make(chan Mail, 16)}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if inside {
				conn = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*cert}})
			}
			go s.talk(conn, cert, inside)
		}
	}()
	return s
}

func (s *Server) talk(conn net.Conn, cert *tls.Certificate, encrypted bool) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	say := func(text string) { _, _ = fmt.Fprintf(conn, "%s\r\n", text) }
	m := Mail{TLS: encrypted}
	say("220 test")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		verb, rest, _ := strings.Cut(line, " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			if cert != nil && !m.TLS {
				say("250-test\r\n250 STARTTLS")
			} else {
				say("250-test\r\n250 AUTH PLAIN")
			}
		case "STARTTLS":
			say("220 go on")
			c := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*cert}})
			conn, in, m.TLS = c, bufio.NewReader(c), true
		case "AUTH":
			m.Auth = rest
			say("235 welcome")
		case "MAIL":
			m.From = rest
			say("250 ok")
		case "RCPT":
			if strings.Contains(rest, "<no") {
				say("550 nobody here")
				continue
			}
			m.To = append(m.To, rest)
			say("250 ok")
		case "DATA":
			say("354 go on")
			var text strings.Builder
			for {
				l, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if l == ".\r\n" {
					break
				}
				text.WriteString(l)
			}
			m.Text = text.String()
			s.Mails <- m
			say("250 ok")
		case "QUIT":
			say("221 bye")
			return
		default:
			say("500 what?")
		}
	}
}
