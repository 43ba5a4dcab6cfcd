package mail

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ntopgo/engine/mail/mailtest"
)

var message = Message{From: "me@example.com", To: []string{"you@example.com", "them@example.com"}, Text: "Subject: hi\n\n.dot\nbye\n"}

func TestSend(t *testing.T) {
	t.Parallel()
	// httptest's certificate will do.
	https := httptest.NewTLSServer(nil)
	defer https.Close()
	cert := &https.TLS.Certificates[0]
	plain, start, inside := mailtest.New(t, nil, false), mailtest.New(t, cert, false), mailtest.New(t, cert, true)
	for name, c := range map[string]struct {
		to     *mailtest.Server
		scheme string
		tls    bool
	}{"plain": {plain, "smtp://", false}, "plain, no scheme": {plain, "", false}, "STARTTLS": {start, "", true}, "no STARTTLS wanted": {start, "smtp://", false},
		"inside TLS": {inside, "smtps://", true}} {
		s := Server{Address: c.scheme + c.to.Addr, InsecureTLS: true, Timeout: 10 * time.Second}
		if c.tls || c.to == plain {
			s.User, s.Password = "user", "secret"
		}
		if err := s.Send(message); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		m := <-c.to.Mails
		if m.TLS != c.tls || len(m.To) != 2 || !strings.Contains(m.From, "<me@example.com>") || m.Text != "Subject: hi\r\n\r\n..dot\r\nbye\r\n" ||
			(s.User != "") != (m.Auth != "") {
			t.Errorf("%s: %+v", name, m)
		}
	}
	refused := message
	refused.To = []string{"you@example.com", "nobody@example.com"}
	for name, err := range map[string]error{
		"certificate":   Server{Address: "smtps://" + inside.Addr, Timeout: 5 * time.Second}.Send(message),
		"recipient":     Server{Address: plain.Addr, Timeout: 5 * time.Second}.Send(refused),
		"no server":     Server{Address: "127.0.0.1:1", Timeout: 5 * time.Second}.Send(message),
		"no address":    Server{}.Send(message),
		"scheme":        Server{Address: "ftp://x", Timeout: time.Second}.Send(message),
		"no recipients": Server{Address: plain.Addr, Timeout: time.Second}.Send(Message{From: "me"}),
	} {
		if err == nil {
			t.Errorf("%s: sent", name)
		}
	}
}

func TestTunnel(t *testing.T) {
	t.Parallel()
	to := mailtest.New(t, nil, false)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Header.Get("Proxy-Authorization") == "" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		far, err := net.Dial("tcp", r.Host)
		if err != nil {
			http.Error(w, "no", http.StatusBadGateway)
			return
		}
		near, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(near, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
		_, _ = io.Copy(near, far)
		_ = near.Close()
	}))
	defer proxy.Close()
	u, _ := url.Parse(proxy.URL)
	s := Server{Timeout: 10 * time.Second}
	if _, err := s.tunnel(u, to.Addr); err == nil {
		t.Error("the proxy wants a password")
	}
	u.User = url.UserPassword("a", "b")
	conn, err := s.tunnel(u, to.Addr)
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 8)
	if _, err := io.ReadFull(conn, b); err != nil || string(b) != "220 test" {
		t.Errorf("%q %v", b, err)
	}
	_ = conn.Close()
}

func TestAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"mail": "mail:25", "smtp://mail:587/x": "mail:587", "smtps://mail": "mail:465", "smtp://[::1]": "[::1]:25"} {
		if _, _, got, err := (Server{Address: in}).address(); got != want || err != nil {
			t.Errorf("%s: %s %v", in, got, err)
		}
	}
}
