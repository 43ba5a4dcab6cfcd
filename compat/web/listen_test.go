package web

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ntopgo/compat/keyvalue"
	"ntopgo/compat/layout"
	"ntopgo/compat/lua"
	"ntopgo/compat/prefs"
	"ntopgo/compat/users"
)

// freePort is a port nobody listens on at the moment.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

func client(config *tls.Config) *http.Client {
	return &http.Client{
		Timeout:       10 * time.Second,
		Transport:     &http.Transport{TLSClientConfig: config, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func TestListenAndClose(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	s := newSite(t, func(c *Config) { c.HTTP = Listen{"127.0.0.1", port} })
	if !s.Restricted() {
		t.Error("a bind address does not restrict")
	}
	if err := s.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	base := s.Addresses()[0]
	rsp, err := client(nil).Get(base + "/a.js")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(rsp.Body)
	_ = rsp.Body.Close()
	if rsp.StatusCode != 200 || string(body) != "js" {
		t.Errorf("%d %q", rsp.StatusCode, body)
	}
	second := newSite(t, func(c *Config) { c.HTTP = Listen{"127.0.0.1", port} })
	if err := second.Listen(); !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), "127.0.0.1:") {
		t.Errorf("port in use: %v", err)
	}
	// A script that waits is ended by Close.
	started := make(chan struct{})
	ended := make(chan error, 1)
	s.deps.Runner = contextRunner(func(ctx context.Context) error {
		close(started)
		<-ctx.Done()
		ended <- ctx.Err()
		return ctx.Err()
	})
	go func() {
		rsp, err := client(nil).Get(base + "/lua/login.lua")
		if err == nil {
			_ = rsp.Body.Close()
		}
	}()
	<-started
	s.Close()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("script ended with %v", err)
	}
	if _, err := client(nil).Get(base + "/a.js"); err == nil {
		t.Error("still listening")
	}
}

type contextRunner func(ctx context.Context) error

func (f contextRunner) Run(ctx context.Context, _ *ScriptRequest, _ *Response) error { return f(ctx) }

func TestACL(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		list  string
		allow string
		deny  string
		bad   int
	}{
		{"", "1.2.3.4 ::1 2001:db8::1", "", 0},
		{"+0.0.0.0/0", "1.2.3.4 ::1", "", 0},
		{"+127.0.0.0/8", "127.0.0.1 ::ffff:127.0.0.1", "128.0.0.1 ::1", 0},
		{"+0.0.0.0/0,-10.0.0.0/8,+10.1.0.0/16", "1.2.3.4 10.1.2.3", "10.2.3.4", 0},
		{"-10.0.0.0/8,+0.0.0.0/0", "10.0.0.1", "", 0},
		{"+192.168.1.5", "192.168.1.5", "192.168.1.6", 0},
		{"+10.0.0.7/8", "10.9.9.9", "11.0.0.1", 0},
		{"nonsense", "", "127.0.0.1", 1},
		{"+10.0.0.0/8,10.0.0.0/33", "10.0.0.1", "127.0.0.1", 1},
	} {
		bad := 0
		a := parseACL(tc.list, func(string) { bad++ })
		if bad != tc.bad {
			t.Errorf("%q: %d bad items", tc.list, bad)
		}
		check := func(list string, want bool) {
			for _, ip := range strings.Fields(list) {
				if got := a.allows(&net.TCPAddr{IP: net.ParseIP(ip), Port: 1}); got != want {
					t.Errorf("%q: %s allowed %v", tc.list, ip, got)
				}
			}
		}
		check(tc.allow, true)
		check(tc.deny, false)
	}
}

func TestACLOnTheWire(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.HTTP = Listen{"127.0.0.1", freePort(t)} })
	if err := s.store.Set(aclKey, "+192.0.2.0/24"); err != nil {
		t.Fatal(err)
	}
	server, err := New(s.cfg, s.deps)
	if err != nil {
		t.Fatal(err)
	}
	server.SetReady(true)
	if err := server.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if rsp, err := client(nil).Get(server.Addresses()[0] + "/a.js"); err == nil {
		_ = rsp.Body.Close()
		t.Errorf("answered %d", rsp.StatusCode)
	}
}

// certificate makes a certificate signed by parent, or by itself.
func certificate(t *testing.T, cn string, isCA bool, parent *tls.Certificate) (tls.Certificate, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: cn},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: isCA, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	signer, signKey := c, any(key)
	if parent != nil {
		signer, signKey = parent.Leaf, parent.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, c, signer, &key.PublicKey, signKey)
	if err != nil {
		t.Fatal(err)
	}
	leaf, _ := x509.ParseCertificate(der)
	keyDER, _ := x509.MarshalPKCS8PrivateKey(key)
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})...)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, text
}

func TestTLS(t *testing.T) {
	t.Parallel()
	base := newSite(t, nil)
	ssl := filepath.Join(base.dir, "httpdocs", "ssl")
	_, serverPEM := certificate(t, "server", false, nil)
	ca, caPEM := certificate(t, "authority", true, nil)
	for name, text := range map[string][]byte{"ntopng-cert.pem": serverPEM, "ntopng-ca.crt": caPEM} {
		if err := os.WriteFile(filepath.Join(ssl, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := base.deps.Prefs.Set(x509Pref, "1"); err != nil {
		t.Fatal(err)
	}
	plain, secure := freePort(t), freePort(t)
	cfg := base.cfg
	cfg.HTTP, cfg.HTTPS = Listen{"127.0.0.1", plain}, Listen{"127.0.0.1", secure}
	server, err := New(cfg, base.deps)
	if err != nil {
		t.Fatal(err)
	}
	server.SetReady(true)
	if err := server.Start(context.Background()); err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	urls := server.Addresses()
	if len(urls) != 2 || !strings.HasPrefix(urls[1], "https://") {
		t.Fatalf("addresses %v", urls)
	}
	rsp, err := client(nil).Get(urls[0] + "/")
	if err != nil {
		t.Fatal(err)
	}
	_ = rsp.Body.Close()
	if to := rsp.Header.Get("Location"); rsp.StatusCode != 302 || to != urls[1]+"/" {
		t.Errorf("plain /: %d %q", rsp.StatusCode, to)
	}
	if rsp, err = client(nil).Get(urls[0] + "/a.js"); err != nil || rsp.StatusCode != 200 {
		t.Errorf("plain file: %v", err)
	}
	_ = rsp.Body.Close()

	other, _ := certificate(t, "other authority", true, nil)
	bob, _ := certificate(t, "bob", false, &ca)
	stranger, _ := certificate(t, "stranger", false, &ca)
	forged, _ := certificate(t, "bob", false, &other)
	for name, tc := range map[string]struct {
		pair *tls.Certificate
		user string
	}{"none": {nil, ""}, "bob": {&bob, "bob"}, "no user": {&stranger, ""}, "other authority": {&forged, ""}} {
		config := &tls.Config{InsecureSkipVerify: true}
		if tc.pair != nil {
			config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return tc.pair, nil }
		}
		base.mu.Lock()
		base.last = nil
		base.mu.Unlock()
		rsp, err := client(config).Get(urls[1] + "/lua/a.lua")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		_ = rsp.Body.Close()
		user := ""
		base.mu.Lock()
		if base.last != nil {
			user = base.last.User
		}
		base.mu.Unlock()
		if user != tc.user || (tc.user == "") != (rsp.StatusCode == 302) {
			t.Errorf("%s: user %q, status %d", name, user, rsp.StatusCode)
		}
	}
	rsp, err = client(&tls.Config{InsecureSkipVerify: true}).Post(urls[1]+"/authorize.html", "application/x-www-form-urlencoded", strings.NewReader("user=bob&password=secret"))
	if err != nil {
		t.Fatal(err)
	}
	_ = rsp.Body.Close()
	if c := rsp.Header.Get("Set-Cookie"); !strings.HasSuffix(c, "SameSite=lax; Secure") {
		t.Errorf("cookie over TLS: %q", c)
	}
}

func TestTLSWithoutCertificate(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.HTTP, c.HTTPS = Listen{"127.0.0.1", freePort(t)}, Listen{"127.0.0.1", freePort(t)} })
	if err := s.Listen(); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if a := s.Addresses(); len(a) != 1 || !strings.HasPrefix(a[0], "http://") || !strings.Contains(s.log.String(), "HTTPS is off") {
		t.Errorf("addresses %v, log %q", a, s.log.String())
	}
	off := newSite(t, func(c *Config) { c.HTTP, c.HTTPS = Listen{}, Listen{} })
	if err := off.Listen(); err != nil || len(off.Addresses()) != 0 {
		t.Errorf("switched off: %v %v", err, off.Addresses())
	}
}

// A whole request on the real VM: tables, print, error.
func TestLuaRunner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	page := `
print("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
print(_GET["a"]) print(" ") print(_POST["b"]) print(" ") print(_SESSION["user"]) print(" ")
print(_SESSION["capabilities"] == -1) print(" ") print(_SESSION["localuser"]) print(" ") print(_SERVER["URI"]) print(" ")
print(_COOKIE["c"]) print(" ") print(language) print(" ") print(3) print(" ") print(nil) print(" ") print(0.5, "x") print("Z", "blob") print("long", "blob")
print({k = "v"}) print(_GET["none"])
`
	for name, text := range map[string]string{"scripts/lua/page.lua": page, "scripts/lua/bad.lua": "print('x')\nlocal a = nil\nprint(a.b)\n", "httpdocs/x": ""} {
		p := filepath.Join(dir, name)
		_ = os.MkdirAll(filepath.Dir(p), 0o755)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	store, err := keyvalue.NewMemory()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	l, err := layout.Resolve(layout.Config{InstallDir: dir, DataDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	p, err := prefs.New(store)
	if err != nil {
		t.Fatal(err)
	}
	u := users.New(store, users.Config{})
	if err := u.SetDefaults(); err != nil {
		t.Fatal(err)
	}
	_ = store.Set("ntopng.prefs.admin_password_changed", "1")
	rt, err := lua.NewRuntime(lua.Config{Print: func(c *lua.Call) { Print(c, c.VM().Host().(io.Writer), nil) }})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	s, err := New(Config{HTTP: Listen{Port: 3000}}, Deps{Store: store, Prefs: p, Users: u, Layout: l, Interfaces: fakeInterfaces{},
		Runner: LuaRunner{Runtime: rt, Host: func(_ *ScriptRequest, out *Response) any { return out }}})
	if err != nil {
		t.Fatal(err)
	}
	s.SetReady(true)
	at := &site{Server: s, store: store, users: u}
	cookies, csrf := at.session(t, "admin")
	cookies["c"] = "cookie"
	w := at.do(request{method: "POST", uri: "/lua/page.lua?a=1%2B1", body: "b=two&csrf=" + csrf, kind: "application/x-www-form-urlencoded", cookies: cookies})
	if want := "1+1 two admin true true /lua/page.lua cookie en 3.000000 nil 0.500000Zk = vnil"; w.Code != 200 || w.Body.String() != want {
		t.Errorf("%d %q, want %q", w.Code, w.Body.String(), want)
	}
	w = at.do(request{uri: "/lua/bad.lua", cookies: cookies})
	to, _ := url.Parse(location(w))
	if w.Code != 302 || to == nil || !strings.Contains(to.Query().Get("error_message"), "bad.lua:3:") {
		t.Errorf("%d %q", w.Code, location(w))
	}
}

func FuzzSplitHeader(f *testing.F) {
	f.Add([]byte(okHeader + "body"))
	f.Add([]byte("HTTP/1.1 \r\n:\r\n: x\r\n\r\n"))
	f.Add([]byte("HTTP/\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		status, header, body, ok := splitHeader(b)
		if status < 200 || status > 599 || !bytes.HasSuffix(b, body) || !ok && len(body) != len(b) {
			t.Errorf("status %d, %d of %d bytes are body", status, len(body), len(b))
		}
		for name := range header {
			if !validFieldName(name) {
				t.Errorf("field %q", name)
			}
		}
	})
}

func FuzzScriptParams(f *testing.F) {
	f.Add("a=1&b=%41&=&&c")
	f.Add("csrf=x&%=%&a%00=%2")
	f.Fuzz(func(t *testing.T, query string) {
		for _, p := range scriptParams(query) {
			if sanitizeKey(p.Key) != p.Key || strings.HasPrefix(p.Key, "csrf") {
				t.Errorf("key %q", p.Key)
			}
		}
	})
}

// FuzzRequest asks with arbitrary addresses: whatever it is, without a session
// no script runs but the open ones, and nothing panics.
func FuzzRequest(f *testing.F) {
	for _, uri := range []string{"/", "/lua/a.lua", "/lua/./a.lua", "/lua/login.lua/", "/a.js", "/lua/a.js", "/lua/a.lua\x00.css", "/authorize.html", "//lua/a.lua", "/datasources/x"} {
		f.Add(uri, "a=b")
	}
	s := newSite(f, nil)
	f.Fuzz(func(t *testing.T, uri, query string) {
		s.do(request{uri: uri})
		s.do(request{uri: uri + "?" + query, method: http.MethodPost, body: query, kind: "application/x-www-form-urlencoded"})
		if s.last != nil && s.last.User == "" && !openURLs[s.last.URI] {
			t.Errorf("%q ran %s", uri, s.last.Path)
		}
		if s.Stats()["panics"] != 0 {
			t.Errorf("%q panics", uri)
		}
	})
}
