package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const defaultPort = 3000

type boundListener struct {
	net.Listener
	secure bool
}

// Listen binds the ports, which may need privileges the process gives up later.
// It is an error when one is in use.
func (s *Server) Listen() error {
	if len(s.listeners) > 0 {
		return nil
	}
	plain, secure := s.cfg.HTTP, s.cfg.HTTPS
	if plain.Port == 0 && s.tls == nil {
		if secure.Port == 0 {
			return nil // the web server is switched off
		}
		plain.Port = defaultPort
		s.cfg.Logf(1, "No usable TLS certificate: serving plain HTTP on port %d", defaultPort)
	}
	if plain.Port > 0 {
		if err := s.bind(plain, false); err != nil {
			return err
		}
	}
	if s.tls != nil {
		if err := s.bind(secure, true); err != nil {
			s.closeListeners()
			return err
		}
	}
	return nil
}

func (s *Server) bind(where Listen, secure bool) error {
	address := net.JoinHostPort(where.Addr, strconv.Itoa(where.Port))
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("web server: cannot listen on %s: %w (is another instance running?)", address, err)
	}
	name := "HTTP"
	if secure {
		name = "HTTPS"
		s.tlsPort = l.Addr().(*net.TCPAddr).Port
	}
	s.cfg.Logf(2, "%s server listening on %s", name, l.Addr())
	s.listeners = append(s.listeners, boundListener{filtered{l, s.acl}, secure})
	return nil
}

// Addresses are where the server listens, as URLs.
func (s *Server) Addresses() []string {
	var out []string
	for _, l := range s.listeners {
		scheme := "http://"
		if l.secure {
			scheme = "https://"
		}
		out = append(out, scheme+l.Addr().String())
	}
	return out
}

func (s *Server) closeListeners() {
	for _, l := range s.listeners {
		_ = l.Close()
	}
	s.listeners = nil
}

// filtered drops connections the access list does not allow.
type filtered struct {
	net.Listener
	acl acl
}

func (f filtered) Accept() (net.Conn, error) {
	for {
		c, err := f.Listener.Accept()
		if err != nil || f.acl.allows(c.RemoteAddr()) {
			return c, err
		}
		_ = c.Close()
	}
}

// Start serves on the bound ports (binding them if Listen was not called) and
// returns; ctx ends running scripts.
func (s *Server) Start(ctx context.Context) error {
	if err := s.Listen(); err != nil {
		return err
	}
	context.AfterFunc(ctx, s.cancel)
	for _, l := range s.listeners {
		server := &http.Server{
			Handler:           s,
			ReadHeaderTimeout: 15 * time.Second,
			IdleTimeout:       2 * time.Minute,
			MaxHeaderBytes:    64 << 10,
			ErrorLog:          log.New(lineWriter(func(line string) { s.cfg.Logf(6, "[HTTP] %s", line) }), "", 0),
			// HTTP/2 has no status text, which scripts and their clients use.
			TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){},
		}
		var serve net.Listener = l.Listener
		if l.secure {
			serve = tls.NewListener(l.Listener, s.tls.config(s.deps.Prefs.Bool(x509Pref)))
		}
		s.servers = append(s.servers, server)
		s.done.Add(1)
		go func() {
			defer s.done.Done()
			if err := server.Serve(serve); !errors.Is(err, http.ErrServerClosed) {
				s.cfg.Logf(0, "web server: %v", err)
			}
		}()
	}
	return nil
}

// Close lets running requests finish for a moment, then ends them.
func (s *Server) Close() {
	s.SetReady(false)
	ctx, stop := context.WithTimeout(context.Background(), 3*time.Second)
	defer stop()
	for _, server := range s.servers {
		if server.Shutdown(ctx) != nil {
			_ = server.Close()
		}
	}
	s.cancel()
	s.closeListeners()
	s.done.Wait()
}

type lineWriter func(string)

func (f lineWriter) Write(p []byte) (int, error) {
	f(strings.TrimSpace(string(p)))
	return len(p), nil
}

var _ io.Writer = lineWriter(nil)
