package web

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"ntopgo/compat/keyvalue"
	"ntopgo/compat/layout"
	"ntopgo/compat/prefs"
	"ntopgo/compat/users"
)

// fakeInterfaces has eth0 (0), eth1 (1, observation points 7 and 9) and the system interface.
type fakeInterfaces struct{}

var ifnames = map[int]string{-1: "__system__", 0: "eth0", 1: "eth1"}

func (fakeInterfaces) ByName(name string) (int, bool) {
	for id, n := range ifnames {
		if n == name {
			return id, true
		}
	}
	return 0, false
}
func (fakeInterfaces) ByID(id int) (string, bool) { n, ok := ifnames[id]; return n, ok }
func (fakeInterfaces) First() (int, string)       { return 0, "eth0" }
func (fakeInterfaces) ObservationPoint(id, want int) int {
	switch {
	case id != 1:
		return 0
	case want == 9:
		return 9
	}
	return 7
}

// runner is a script runner under the test's control.
type runner func(q *ScriptRequest, out *Response) error

func (f runner) Run(_ context.Context, q *ScriptRequest, out *Response) error { return f(q, out) }

const okHeader = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Script: yes\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n"

type site struct {
	*Server
	store keyvalue.Store
	users *users.Manager
	last  *ScriptRequest
	mu    sync.Mutex // guards last and log where requests come over the network
	log   bytes.Buffer
	run   runner
	dir   string
}

func newSite(t testing.TB, change func(*Config)) *site {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"scripts/lua/index.lua": "", "scripts/lua/login.lua": "", "scripts/lua/a.lua": "", "scripts/lua/dir/index.lua": "",
		"scripts/lua/change_password.lua": "", "scripts/lua/locale.lua": "", "scripts/lua/ntopng_logout.lua": "",
		"scripts/lua/rest/v2/get/x.lua": "", "scripts/lua/rest/v2/set/x.lua": "", "scripts/lua/pro/x.lua": "",
		"scripts/lua/datasources/main.lua": "", "scripts/lua/widgets/w.lua": "", "scripts/lua/mfa_verify.lua": "",
		"httpdocs/a.js": "js", "httpdocs/page.html": "<html>", "httpdocs/secret.inc": "x", "httpdocs/ssl/k.pem": "x",
		"httpdocs/sub/x.css": "css", "httpdocs/font.woff2": "f", "httpdocs/text.txt": "p=@HTTP_PREFIX@ n=@NTOP_PRODUCT_NAME@",
		"data/scripts/scripts/mine.lua": "", "data/x": "",
	} {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	store, err := keyvalue.NewMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	l, err := layout.Resolve(layout.Config{InstallDir: dir, DataDir: filepath.Join(dir, "data")})
	if err != nil {
		t.Fatal(err)
	}
	p, err := prefs.New(store)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{store: store, users: users.New(store, users.Config{}), dir: dir}
	if err := s.users.SetDefaults(); err != nil {
		t.Fatal(err)
	}
	if err := store.Set("ntopng.prefs.admin_password_changed", "1"); err != nil {
		t.Fatal(err)
	}
	if err := s.users.Add(users.Account{Name: "bob", Group: users.GroupUnprivileged, AllowedNets: "10.0.0.0/8", Language: "it"}, "secret"); err != nil {
		t.Fatal(err)
	}
	s.run = func(_ *ScriptRequest, out *Response) error {
		_, err := io.WriteString(out, okHeader+"body")
		return err
	}
	cfg := Config{HTTP: Listen{Port: 3000}, Version: "6.3", Platform: "x86_64",
		Logf:         func(_ int, f string, a ...any) { s.mu.Lock(); defer s.mu.Unlock(); s.log.WriteString(f + "\n") },
		Replacements: map[string]string{"@HTTP_PREFIX@": "/pre", "@NTOP_PRODUCT_NAME@": "ntopng"}}
	if change != nil {
		change(&cfg)
	}
	s.Server, err = New(cfg, Deps{Store: store, Prefs: p, Users: s.users, Layout: l, Interfaces: fakeInterfaces{},
		Runner: runner(func(q *ScriptRequest, out *Response) error {
			s.mu.Lock()
			s.last = q
			s.mu.Unlock()
			return s.run(q, out)
		})})
	if err != nil {
		t.Fatal(err)
	}
	s.SetReady(true)
	return s
}

type request struct {
	method, uri, body, kind string
	header                  map[string]string
	cookies                 map[string]string
	from                    string
}

func (s *site) do(q request) *httptest.ResponseRecorder {
	if q.method == "" {
		q.method = http.MethodGet
	}
	r := httptest.NewRequest(q.method, "http://host:3000/", strings.NewReader(q.body))
	path, query, _ := strings.Cut(q.uri, "?")
	r.URL = &url.URL{Path: path, RawQuery: query}
	r.RemoteAddr = "192.0.2.7:1234"
	if q.from != "" {
		r.RemoteAddr = q.from + ":1234"
	}
	if q.kind != "" {
		r.Header.Set("Content-Type", q.kind)
	}
	for k, v := range q.header {
		r.Header.Set(k, v)
	}
	for k, v := range q.cookies {
		r.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	w := httptest.NewRecorder()
	s.last = nil
	s.ServeHTTP(w, r)
	return w
}

func (s *site) session(t *testing.T, name string) (map[string]string, string) {
	t.Helper()
	made, err := s.users.CreateSessionFor(name, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"session_3000_0": made.ID}, made.CSRF
}

func location(w *httptest.ResponseRecorder) string { return w.Header().Get("Location") }

func get(params []Param, key string) string {
	v := ""
	for _, p := range params {
		if p.Key == key {
			v = p.Value
		}
	}
	return v
}

func TestMapping(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	admin, _ := s.session(t, "admin")
	for hash, record := range map[string]string{"pub": `{"scope":"public","origin":"main.lua"}`, "priv": `{"scope":"private","origin":"main.lua"}`, "bad": `{`} {
		if err := s.store.HSet("ntopng.datasources", hash, record); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.store.HSet("ntopng.widgets", "w", `{"origin":"w.lua"}`); err != nil {
		t.Fatal(err)
	}
	long := "/lua/" + strings.Repeat("d/", 140) + "a"
	tests := []struct {
		uri    string
		script string // relative to the tree; "" when none runs
		status int
		to     string // begin of Location
	}{
		{"/", "scripts/lua/index.lua", 200, ""},
		{"/lua/a.lua", "scripts/lua/a.lua", 200, ""},
		{"/lua/a", "scripts/lua/a.lua", 200, ""},
		{"/lua/dir/", "scripts/lua/dir/index.lua", 200, ""},
		{"/scripts/mine.lua", "data/scripts/scripts/mine.lua", 200, ""},
		{"/datasources/pub", "scripts/lua/datasources/main.lua", 200, ""},
		{"/datasources/priv", "scripts/lua/datasources/main.lua", 200, ""},
		{"/datasources/bad", "", 404, ""},
		{"/widgets/w", "scripts/lua/widgets/w.lua", 200, ""},
		{"/lua/none.lua", "", 302, "/lua/http_status_code.lua?message=not_found&"},
		{long, "", 302, "/lua/http_status_code.lua?message=not_found&"},
		{"/lua/pro/x.lua", "", 302, "/lua/http_status_code.lua?message=pro_only&"},
		{"/lua/process_details.lua", "", 302, "/lua/http_status_code.lua?message=pro_only&"},
		{"/lua/pro/rest/v2/get/sites/list.lua", "", 200, ""},
		{"/lua/pro/enterprise/x.lua", "", 302, "/lua/http_status_code.lua?message=enterprise_only&"},
		{"/lua//a.lua", "", 302, "/lua/http_status_code.lua?message=bad_request&"},
		{"/lua/../../data/x", "", 302, "/lua/http_status_code.lua?message=bad_request&"},
		{"/lua/a&&b", "", 302, "/lua/http_status_code.lua?message=bad_request&"},
		{"/lua/a.lua\r\nX: y", "scripts/lua/a.lua", 200, ""},
		{"/hotspot-detect.html", "", 302, "http://host:3000/lua/hotspot-detect.lua"},
		{"/page.html", "", 200, ""},
		{"/sub/x.css", "", 200, ""},
		{"/sub", "", 403, ""},
		{"/nothing.png", "", 404, ""},
		{"/abc", "", 404, ""},
		{"/ab", "", 302, "/lua/http_status_code.lua?message=forbidden&"},
		{"/secret.inc", "", 302, "/lua/http_status_code.lua?message=forbidden&"},
		{"/ssl/k.pem", "", 302, "/lua/http_status_code.lua?message=forbidden&"},
	}
	for _, tc := range tests {
		w := s.do(request{uri: tc.uri, cookies: admin})
		script := ""
		if s.last != nil {
			script, _ = filepath.Rel(s.dir, s.last.Path)
		}
		if w.Code != tc.status || script != tc.script || !strings.HasPrefix(location(w), tc.to) {
			t.Errorf("%q: status %d, script %q, location %q; want %d %q %q", tc.uri, w.Code, script, location(w), tc.status, tc.script, tc.to)
		}
	}
	if w := s.do(request{uri: sitesList, cookies: admin}); w.Body.String() != emptyList || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("sites: %q %v", w.Body, w.Header())
	}
	if w := s.do(request{uri: sitesList}); w.Code == 200 {
		t.Error("the list of sites needs no session")
	}
	if w := s.do(request{uri: "/datasources/pub"}); w.Code != 200 {
		t.Errorf("public datasource without a session: %d", w.Code)
	}
	for _, uri := range []string{"/datasources/priv", "/widgets/w", "/datasources/none"} {
		if w := s.do(request{uri: uri}); w.Code != 302 || s.last != nil || !strings.HasPrefix(location(w), loginURL) {
			t.Errorf("%s without a session: %d %s", uri, w.Code, location(w))
		}
	}
	if err := s.deps.Prefs.Set("http_index_page", "/lua/a.lua"); err != nil {
		t.Fatal(err)
	}
	if s.do(request{uri: "/", cookies: admin}); s.last == nil || filepath.Base(s.last.Path) != "a.lua" {
		t.Error("landing page preference is ignored")
	}
}

func TestPrefixAndPreflightAndReady(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.Prefix = "/pre" })
	admin, _ := s.session(t, "admin")
	for uri, script := range map[string]string{"/pre/lua/a.lua": "a.lua", "/lua/a.lua": "a.lua", "/pre": "index.lua", "/pre/": "index.lua", "/prefix/lua/a.lua": ""} {
		s.do(request{uri: uri, cookies: admin})
		got := ""
		if s.last != nil {
			got = filepath.Base(s.last.Path)
		}
		if got != script {
			t.Errorf("%s: %q", uri, got)
		}
	}
	if w := s.do(request{uri: "/pre/lua/a.lua"}); location(w) != "/pre/lua/login.lua?referer=host%3A3000%2Fpre%2Flua%2Fa.lua" {
		t.Errorf("login redirect %q", location(w))
	}
	w := s.do(request{method: "OPTIONS", uri: "/lua/rest/v2/get/x.lua", header: map[string]string{"Access-Control-Request-Method": "GET",
		"Access-Control-Request-Headers": "authorization", "Origin": "http://o"}})
	if w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != "http://o" || w.Header().Get("Access-Control-Max-Age") != "3600" || s.last != nil {
		t.Errorf("preflight: %d %v", w.Code, w.Header())
	}
	if w := s.do(request{method: "OPTIONS", uri: "/lua/rest/v2/set/x.lua", header: map[string]string{"Access-Control-Request-Method": "POST",
		"Access-Control-Request-Headers": "x"}}); w.Code != 302 {
		t.Errorf("preflight for POST: %d", w.Code)
	}
	s.SetReady(false)
	if w := s.do(request{uri: "/a.js"}); w.Code != 403 || !strings.Contains(w.Body.String(), `http-equiv="refresh"`) {
		t.Errorf("before the start: %d %q", w.Code, w.Body.String())
	}
}

func TestStaticFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	w := s.do(request{uri: "/a.js?v=1"})
	if w.Body.String() != "js" || w.Header().Get("Content-Type") != "text/javascript; charset=utf-8" || s.StaticEpoch() == 0 {
		t.Errorf("%q %v", w.Body.String(), w.Header())
	}
	if w := s.do(request{uri: "/a.js", header: map[string]string{"If-Modified-Since": w.Header().Get("Last-Modified")}}); w.Code != 304 {
		t.Errorf("conditional: %d", w.Code)
	}
	if w := s.do(request{method: "PUT", uri: "/a.js"}); w.Code != 405 {
		t.Errorf("PUT: %d", w.Code)
	}
}

func TestAccessLog(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "log")
	s := newSite(t, func(c *Config) {
		c.AccessLog = log
		c.Now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	})
	_ = s.deps.Prefs.Set("enable_access_log", "1")
	s.do(request{uri: "/a.js", header: map[string]string{"User-Agent": "ua\"\nx", "Referer": "r"}})
	b, _ := os.ReadFile(log)
	if string(b) != "192.0.2.7 - - [02/Jan/2026 03:04:05] \"GET /a.js HTTP/1.1\" 200 \"r\" \"ua__x\"\n" {
		t.Errorf("line %q", b)
	}
	if c, _ := os.ReadFile(filepath.Join(s.dir, "data", "ntopng_access.log")); !bytes.Equal(b, c) {
		t.Errorf("preference's log %q", c)
	}
}
