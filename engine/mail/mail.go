// Package mail hands messages to an SMTP server. What a message says, and to
// whom, is the caller's business; nothing is queued or tried again.
package mail

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/smtp"
	"net/url"
	"os"
	"strings"
	"time"
)

// Server is where to deliver: "smtp://host[:port]" without encryption,
// "smtps://host[:port]" inside TLS, or "host[:port]", encrypted when the server
// offers it.
type Server struct {
	Address        string
	User, Password string // no login without a user
	UseProxy       bool   // through the HTTP proxy of the environment
	InsecureTLS    bool   // accept any certificate
	Timeout        time.Duration
}

// Message is what to deliver. Text begins with the headers.
type Message struct {
	From string
	To   []string
	Text string
}

// The default ports of the schemes.
const (
	portSMTP  = "25"
	portSMTPS = "465"
)

// address splits the address into scheme ("" for none), host and "host:port".
func (s Server) address() (scheme, host, hostPort string, err error) {
	rest := s.Address
	if i := strings.Index(rest, "://"); i >= 0 {
		scheme, rest = strings.ToLower(rest[:i]), rest[i+3:]
	}
	rest, _, _ = strings.Cut(rest, "/")
	port := portSMTP
	switch scheme {
	case "", "smtp":
	case "smtps":
		port = portSMTPS
	default:
		return "", "", "", fmt.Errorf("mail server %q: unknown scheme", s.Address)
	}
	if host, p, err := net.SplitHostPort(rest); err == nil {
		return scheme, host, net.JoinHostPort(host, p), nil
	}
	host = strings.Trim(rest, "[]")
	if host == "" {
		return "", "", "", fmt.Errorf("mail server %q: no host", s.Address)
	}
	return scheme, host, net.JoinHostPort(host, port), nil
}

// Send delivers a message to all its recipients, or to none.
func (s Server) Send(m Message) error {
	scheme, host, hostPort, err := s.address()
	if err != nil {
		return err
	}
	if m.From == "" || len(m.To) == 0 {
		return errors.New("mail: sender and recipients are needed")
	}
	conn, err := s.dial(hostPort)
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	_ = conn.SetDeadline(time.Now().Add(s.Timeout))
	config := &tls.Config{ServerName: host, InsecureSkipVerify: s.InsecureTLS, MinVersion: tls.VersionTLS12}
	if scheme == "smtps" {
		conn = tls.Client(conn, config)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		_ = conn.Close()
		return fmt.Errorf("mail: %s: %w", hostPort, err)
	}
	defer func() { _ = c.Close() }()
	if err := s.deliver(c, scheme, config, m); err != nil {
		return fmt.Errorf("mail: %s: %w", hostPort, err)
	}
	return nil
}

func (s Server) deliver(c *smtp.Client, scheme string, config *tls.Config, m Message) error {
	name, err := os.Hostname()
	if err != nil || strings.ContainsAny(name, "\r\n ") {
		name = "localhost"
	}
	if err := c.Hello(name); err != nil {
		return err
	}
	if ok, _ := c.Extension("STARTTLS"); ok && scheme == "" {
		if err := c.StartTLS(config); err != nil {
			return err
		}
	}
	if s.User != "" {
		// Go refuses to send a password over a connection that anybody can read,
		// unless the server is this machine.
		if err := c.Auth(smtp.PlainAuth("", s.User, s.Password, config.ServerName)); err != nil {
			return err
		}
	}
	if err := c.Mail(m.From); err != nil {
		return err
	}
	for _, to := range m.To {
		if err := c.Rcpt(to); err != nil {
			return fmt.Errorf("recipient %s: %w", to, err)
		}
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte(m.Text)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

// dial connects, through a proxy where that is asked for and there is one.
func (s Server) dial(hostPort string) (net.Conn, error) {
	if !s.UseProxy {
		return net.DialTimeout("tcp", hostPort, s.Timeout)
	}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: hostPort}})
	if err != nil {
		return nil, err
	}
	if proxy == nil {
		return net.DialTimeout("tcp", hostPort, s.Timeout)
	}
	return s.tunnel(proxy, hostPort)
}

// tunnel asks an HTTP proxy for a connection (RFC 9110, CONNECT).
func (s Server) tunnel(proxy *url.URL, hostPort string) (net.Conn, error) {
	at := proxy.Host
	if proxy.Port() == "" {
		at = net.JoinHostPort(proxy.Hostname(), "80")
	}
	conn, err := net.DialTimeout("tcp", at, s.Timeout)
	if err != nil {
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(s.Timeout))
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: hostPort}, Host: hostPort, Header: http.Header{}}
	if user := proxy.User; user != nil {
		password, _ := user.Password()
		req.SetBasicAuth(user.Username(), password)
		req.Header.Set("Proxy-Authorization", req.Header.Get("Authorization"))
		req.Header.Del("Authorization")
	}
	in := bufio.NewReader(conn)
	err = req.Write(conn)
	if err == nil {
		var answer *http.Response
		if answer, err = http.ReadResponse(in, req); err == nil && answer.StatusCode != http.StatusOK {
			err = fmt.Errorf("proxy %s answers %s", at, answer.Status)
		}
	}
	if err == nil && in.Buffered() > 0 {
		return &buffered{conn, in}, nil // the server spoke first
	}
	if err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// buffered reads what came with the proxy's answer first.
type buffered struct {
	net.Conn
	in *bufio.Reader
}

func (b *buffered) Read(p []byte) (int, error) { return b.in.Read(p) }
