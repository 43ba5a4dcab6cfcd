package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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

func TestWhatNeedsALogin(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for uri, want := range map[string]int{
		"/a.js": 200, "/sub/x.css": 200, "/font.woff2": 200, "/lua/login.lua": 200, "/lua/locale.lua": 200, "/lua/mfa_verify.lua": 200,
		"/page.html": 302, "/": 302, "/lua/a.lua": 302, "/lua/rest/v2/get/x.lua": 302, "/scripts/mine.lua": 302,
		"/lua/a.lua.css": 302, "/lua/a.js": 302, "/lua/rest/get/interface/data.lua": 403, "/text.txt": 302,
	} {
		w := s.do(request{uri: uri})
		if w.Code != want || (want == 302 && !strings.HasPrefix(location(w), "/lua/login.lua?referer=host%3A3000")) {
			t.Errorf("%s: %d %q, want %d", uri, w.Code, location(w), want)
		}
		if want == 302 && !strings.Contains(w.Header().Get("Set-Cookie"), "session=;") {
			t.Errorf("%s: the session cookie is not ended", uri)
		}
	}
	if w := s.do(request{uri: "/lua/a.lua?x=1&y=2"}); location(w) != "/lua/login.lua?referer=host%3A3000%2Flua%2Fa.lua%3Fx%3D1%26y%3D2" {
		t.Errorf("referer: %q", location(w))
	}
}

func TestWaysToLogIn(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	token, err := s.users.CreateToken("bob")
	if err != nil {
		t.Fatal(err)
	}
	bob, csrf := s.session(t, "bob")
	id := bob["session_3000_0"]
	const rest = "/lua/rest/v2/get/x.lua"
	tests := []struct {
		name string
		q    request
		user string
		csrf string
	}{
		{"session", request{uri: "/lua/a.lua", cookies: bob}, "bob", csrf},
		{"other port's cookie", request{uri: "/lua/a.lua", cookies: map[string]string{"session_3001_0": id}}, "", ""},
		{"session cookie on REST", request{uri: rest, cookies: map[string]string{"session": id}}, "bob", csrf},
		{"session cookie elsewhere", request{uri: "/lua/a.lua", cookies: map[string]string{"session": id}}, "", ""},
		{"unknown session", request{uri: "/lua/a.lua", cookies: map[string]string{"session_3000_0": strings.Repeat("0", 32)}}, "", ""},
		{"basic", request{uri: rest, header: map[string]string{"Authorization": "Basic Ym9iOnNlY3JldA=="}}, "bob", users.CSRFNoSession},
		{"basic wrong", request{uri: rest, header: map[string]string{"Authorization": "Basic Ym9iOndyb25n"}}, "", ""},
		{"basic nonsense", request{uri: rest, header: map[string]string{"Authorization": "Basic ***"}}, "", ""},
		{"token", request{uri: rest, header: map[string]string{"Authorization": "Token " + token}}, "bob", users.CSRFNoSession},
		{"token wrong", request{uri: rest, header: map[string]string{"Authorization": "Token x"}, cookies: bob}, "", ""},
		{"token empty", request{uri: rest, header: map[string]string{"Authorization": "Token "}}, "", ""},
		{"cookies", request{uri: "/lua/a.lua", cookies: map[string]string{"user": "bob", "password": "secret"}}, "bob", users.CSRFNoSession},
		{"cookies wrong", request{uri: "/lua/a.lua", cookies: map[string]string{"user": "bob", "password": "x"}}, "", ""},
	}
	for _, tc := range tests {
		w := s.do(tc.q)
		got, token := "", ""
		if s.last != nil {
			got, token = s.last.User, s.last.CSRF
		}
		if got != tc.user || token != tc.csrf || (tc.user == "") != (w.Code == 302) {
			t.Errorf("%s: user %q csrf %q status %d, want %q %q", tc.name, got, token, w.Code, tc.user, tc.csrf)
		}
	}
}

func TestLoginOff(t *testing.T) {
	t.Parallel()
	all := newSite(t, func(c *Config) { c.NoLogin = true })
	if w := all.do(request{uri: "/lua/a.lua"}); w.Code != 200 || all.last.User != "nologin" || !all.last.LoginOff {
		t.Errorf("-l 1: %d %+v", w.Code, all.last)
	}
	local := newSite(t, func(c *Config) { c.NoLoginLocal = true })
	if w := local.do(request{uri: "/lua/a.lua", from: "127.0.0.1"}); w.Code != 200 || local.last.User != "nologin" {
		t.Errorf("-l 0 from 127.0.0.1: %d", w.Code)
	}
	for _, ip := range []string{"192.0.2.7", "127.0.0.2"} {
		if w := local.do(request{uri: "/lua/a.lua", from: ip, header: map[string]string{"X-Forwarded-For": "127.0.0.1"}}); w.Code != 302 {
			t.Errorf("-l 0 from %s: %d", ip, w.Code)
		}
	}
}

func TestLoginForm(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	form := "application/x-www-form-urlencoded"
	for _, tc := range []struct {
		name, body, to string
		ok             bool
	}{
		{"right", "user=bob&password=secret&referer=host%3A3000%2Flua%2Fa.lua%3Fx%3D1", "/lua/a.lua?x=1", true},
		{"no referer", "user=bob&password=secret", "/", true},
		{"to itself", "user=bob&password=secret&referer=/authorize.html", "/", true},
		{"to another site", "user=bob&password=secret&referer=x//evil.example/", "/evil.example/", true},
		{"to another site, disguised", "user=bob&password=secret&referer=%2F%5Cevil.example", "/evil.example", true},
		{"splitting", "user=bob&password=secret&referer=/a%0d%0aX:y", "/", true},
		{"wrong", "user=bob&password=no&referer=/lua/a.lua", "/lua/login.lua?referer=%2Flua%2Fa.lua&reason=wrong-credentials", false},
		{"empty", "", "/lua/login.lua?reason=wrong-credentials", false},
		{"too long a password", "user=bob&password=" + strings.Repeat("x", 300), "/lua/login.lua?reason=wrong-credentials", false},
	} {
		_, _ = s.store.Del("ntopng.cache.failed_logins.192.0.2.7")
		w := s.do(request{method: "POST", uri: "/authorize.html", body: tc.body, kind: form})
		set := w.Header().Get("Set-Cookie")
		if w.Code != 302 || location(w) != tc.to {
			t.Errorf("%s: %d to %q, want %q", tc.name, w.Code, location(w), tc.to)
		}
		if !tc.ok {
			continue
		}
		if !strings.HasPrefix(set, "session_3000_0=") || !strings.HasSuffix(set, "; path=/; HttpOnly; max-age=43200; HttpOnly; SameSite=lax") {
			t.Errorf("%s: cookie %q", tc.name, set)
			continue
		}
		id, _, _ := strings.Cut(strings.TrimPrefix(set, "session_3000_0="), ";")
		if w := s.do(request{uri: "/lua/a.lua", cookies: map[string]string{"session_3000_0": id}}); w.Code != 200 || s.last.User != "bob" || !s.last.LocalUser {
			t.Errorf("%s: the session does not work", tc.name)
		}
	}
	if w := s.do(request{uri: "/authorize.html?user=bob&password=secret&ref=/lua/a.lua"}); location(w) != "/lua/a.lua" {
		t.Errorf("GET: %q", location(w))
	}
	if w := s.do(request{uri: "/mfa_authorize.html?token=x"}); location(w) != "/lua/login.lua?reason=session-expired" {
		t.Errorf("second factor without a login: %q", location(w))
	}
}

func TestSessionLife(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	s := newSite(t, func(c *Config) { c.Now = func() time.Time { return noon } })
	if d := s.sessionLife(); d != 12*time.Hour {
		t.Errorf("default %v", d)
	}
	_ = s.deps.Prefs.Set("auth_session_duration", "60")
	if d := s.sessionLife(); d != time.Minute {
		t.Errorf("preference %v", d)
	}
	_ = s.deps.Prefs.Set("auth_session_midnight_expiration", "1")
	if d := s.sessionLife(); d != 12*time.Hour {
		t.Errorf("until midnight %v", d)
	}
	_ = s.deps.Prefs.Set("is_autologon_enabled", "0")
	if d := s.sessionLife(); d != longSession {
		t.Errorf("no automatic logout %v", d)
	}
}

func TestBruteForceAndBlockedForm(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	for range 5 {
		s.do(request{method: "POST", uri: "/authorize.html", body: "user=bob&password=x"})
	}
	if w := s.do(request{method: "POST", uri: "/authorize.html", body: "user=bob&password=secret"}); !strings.Contains(location(w), "wrong-credentials") {
		t.Errorf("sixth attempt: %q", location(w))
	}
	if w := s.do(request{method: "POST", uri: "/authorize.html", body: "user=bob&password=secret", from: "192.0.2.8"}); location(w) != "/" {
		t.Errorf("another address: %q", location(w))
	}
}

// No way in goes around the second factor of an account.
func TestSecondFactorIsNotBypassed(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	if err := s.users.SetField("bob", "totp_enabled", "1"); err != nil {
		t.Fatal(err)
	}
	if w := s.do(request{method: "POST", uri: "/authorize.html", body: "user=bob&password=secret"}); w.Code != 403 ||
		w.Header().Get("Set-Cookie") != "" || !strings.Contains(w.Body.String(), "second factor") {
		t.Errorf("form: %d %q", w.Code, w.Body.String())
	}
	for name, q := range map[string]request{
		"basic":   {uri: "/lua/a.lua", header: map[string]string{"Authorization": "Basic Ym9iOnNlY3JldA=="}},
		"cookies": {uri: "/lua/a.lua", cookies: map[string]string{"user": "bob", "password": "secret"}},
	} {
		if w := s.do(q); w.Code != 302 || s.last != nil {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	s.cfg.BeginSecondFactor = func(id users.Identity, referer string) (string, error) {
		return "/lua/mfa_verify.lua?token=" + id.User + referer, nil
	}
	if w := s.do(request{method: "POST", uri: "/authorize.html", body: "user=bob&password=secret&referer=/x.y"}); location(w) != "/lua/mfa_verify.lua?token=bob/x.y" {
		t.Errorf("hook: %q", location(w))
	}
}

func TestForcedPasswordChange(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	_, _ = s.store.Del("ntopng.prefs.admin_password_changed")
	admin, _ := s.session(t, "admin")
	bob, _ := s.session(t, "bob")
	for uri, want := range map[string]int{"/lua/a.lua": 302, "/": 302, "/page.html": 302, changePasswordURL: 200, logoutURL: 200, localeURL: 200, "/a.js": 200} {
		w := s.do(request{uri: uri, cookies: admin})
		if w.Code != want || want == 302 && !strings.HasPrefix(location(w), "/lua/change_password.lua?referer=") {
			t.Errorf("%s: %d %q", uri, w.Code, location(w))
		}
	}
	if w := s.do(request{uri: "/lua/a.lua", cookies: bob}); w.Code != 200 {
		t.Errorf("bob: %d", w.Code)
	}
}

func TestCSRF(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	bob, csrf := s.session(t, "bob")
	const form, js = "application/x-www-form-urlencoded; charset=utf-8", "application/json"
	basic := map[string]string{"Authorization": "Basic Ym9iOnNlY3JldA=="}
	for _, tc := range []struct {
		name, uri, kind, body string
		header                map[string]string
		valid                 bool
		key, want             string
	}{
		{"form", "/lua/a.lua", form, "a=1%202+3&csrf=" + csrf, nil, true, "a", "1 2 3"},
		{"form without", "/lua/a.lua", form, "a=1", nil, false, "a", ""},
		{"form wrong", "/lua/a.lua", form, "a=1&csrf=" + csrf[:31] + "x", nil, false, "a", ""},
		{"form prefix", "/lua/a.lua", form, "a=1&csrf=" + csrf[:30], nil, false, "a", ""},
		{"json", "/lua/rest/v2/set/x.lua", js, `{"a":1,"csrf":"` + csrf + `"}`, nil, true, "payload", `{"a":1,"csrf":"` + csrf + `"}`},
		{"json without", "/lua/rest/v2/set/x.lua", js, `{"a":1}`, nil, false, "payload", ""},
		{"json nested", "/lua/rest/v2/set/x.lua", js, `{"a":{"csrf":"` + csrf + `"}}`, nil, false, "payload", ""},
		{"json no json", "/lua/rest/v2/set/x.lua", js, `csrf=` + csrf, nil, false, "payload", ""},
		{"json reading", "/lua/rest/v2/get/x.lua", js, `{"a":1}`, nil, true, "payload", `{"a":1}`},
		{"json page", "/lua/a.lua", js, `{"a":1}`, nil, false, "payload", ""},
		{"no session", "/lua/a.lua", form, "a=1", basic, true, "a", "1"},
		{"no session json", "/lua/rest/v2/set/x.lua", js, `{"a":1}`, basic, true, "payload", `{"a":1}`},
		{"empty", "/lua/a.lua", form, "", nil, false, "a", ""},
		{"no content type", "/lua/a.lua", "", "a=1", nil, true, "a", ""},
		{"too long", "/lua/a.lua", form, "csrf=" + csrf + "&a=" + strings.Repeat("x", maxPost), nil, false, "a", ""},
	} {
		q := request{method: "POST", uri: tc.uri, body: tc.body, kind: tc.kind, header: tc.header}
		if tc.header == nil {
			q.cookies = bob
		}
		if w := s.do(q); w.Code != 200 {
			t.Errorf("%s: the script did not run: %d", tc.name, w.Code)
			continue
		}
		if s.last.InvalidCSRF == tc.valid || get(s.last.Post, tc.key) != tc.want {
			t.Errorf("%s: invalid %v, %s=%q", tc.name, s.last.InvalidCSRF, tc.key, get(s.last.Post, tc.key))
		}
		for _, p := range s.last.Post {
			if p.Key == "csrf" {
				t.Errorf("%s: the token reached the script", tc.name)
			}
		}
	}
}

func TestTables(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	bob, _ := s.session(t, "bob")
	file := filepath.Join(s.dir, "data", "x")
	bob["other"] = "v=w"
	s.do(request{uri: "/lua/a.lua?a=1&b%3C=2&c-d=3&csrf=x&switch_interface=1&f=" + url.QueryEscape(file) + "&pid_name=" + url.QueryEscape(file) +
		"&novalue&e=&u=%zz%41&a=4", cookies: bob, header: map[string]string{"X-Mine": "yes", "Referer": "http://r/", "Origin": "http://o"}})
	q := s.last
	if q == nil {
		t.Fatal("no script ran")
	}
	want := []Param{{"a", "1"}, {"b_3C", "2"}, {"c_d", "3"}, {"pid_name", file}, {"e", ""}, {"u", "%zzA"}, {"a", "4"}}
	if len(q.Get) != len(want) {
		t.Fatalf("_GET %v", q.Get)
	}
	for i := range want {
		if q.Get[i] != want[i] {
			t.Errorf("_GET[%d] = %v, want %v", i, q.Get[i], want[i])
		}
	}
	for key, v := range map[string]string{"REQUEST_METHOD": "GET", "URI": "/lua/a.lua", "REFERER": "http://r/", "HTTP_HOST": "http://host:3000",
		"REMOTE_ADDR": "192.0.2.7", "X-Mine": "yes", "Origin": "http://o"} {
		if got := get(q.Server, key); got != v {
			t.Errorf("_SERVER[%s] = %q, want %q", key, got, v)
		}
	}
	if !strings.HasPrefix(get(q.Server, "QUERY_STRING"), "a=1&b%3C=2") || get(q.Cookie, "other") != "v=w" || get(q.Cookie, "session_3000_0") != q.Session {
		t.Errorf("query %q cookies %v", get(q.Server, "QUERY_STRING"), q.Cookie)
	}
	if q.User != "bob" || q.Group != "unprivileged" || !q.LocalUser || q.Language != "it" || q.AllowedNets != "10.0.0.0/8" || q.IfName != "eth0" || q.IfID != 0 || q.Capabilities != 0 {
		t.Errorf("%+v", q)
	}
}

func TestInterfaceSelection(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	bob, csrf := s.session(t, "bob")
	admin, adminCSRF := s.session(t, "admin")
	post := func(cookies map[string]string, csrf, query string) *httptest.ResponseRecorder {
		return s.do(request{method: "POST", uri: "/lua/a.lua?" + query, body: "switch_interface=1&csrf=" + csrf, kind: "application/x-www-form-urlencoded", cookies: cookies})
	}
	s.do(request{uri: "/lua/a.lua", cookies: bob})
	if d, _ := s.store.TTL("ntopng.prefs.bob.ifname"); d <= 0 || d > time.Hour {
		t.Errorf("the first interface is remembered for %v", d)
	}
	if w := post(bob, csrf, "ifid=1&observationPointId=9"); w.Code != 302 || location(w) != "/lua/a.lua?ifid=1&observationPointId=9" || s.last != nil {
		t.Errorf("switch: %d %q", w.Code, location(w))
	}
	if s.do(request{uri: "/lua/a.lua", cookies: bob}); s.last.IfName != "eth1" || s.last.IfID != 1 || s.last.ObservationPoint != 9 {
		t.Errorf("after the switch: %+v", s.last)
	}
	if v, _, _ := s.store.Get("ntopng.prefs.bob.iface"); v != "1" {
		t.Errorf("iface %q", v)
	}
	post(bob, csrf, "ifid=-1") // not for him
	post(bob, csrf, "ifid=99")
	post(bob, "wrong", "ifid=0")
	if s.do(request{uri: "/lua/a.lua", cookies: bob}); s.last.IfName != "eth1" {
		t.Errorf("switched to %s", s.last.IfName)
	}
	post(admin, adminCSRF, "ifid=-1")
	if s.do(request{uri: "/lua/a.lua", cookies: admin}); s.last.IfID != -1 {
		t.Errorf("admin on %d", s.last.IfID)
	}
	if err := s.users.SetAllowedIfname("bob", "eth0"); err != nil {
		t.Fatal(err)
	}
	post(bob, csrf, "ifid=1")
	if s.do(request{uri: "/lua/a.lua", cookies: bob}); s.last.IfName != "eth0" || s.last.AllowedIfname != "eth0" {
		t.Errorf("restricted user on %s", s.last.IfName)
	}
	if err := s.users.SetAllowedIfname("bob", "gone0"); err != nil {
		t.Fatal(err)
	}
	if w := s.do(request{uri: "/lua/a.lua", cookies: bob}); w.Code != 403 || s.last != nil {
		t.Errorf("interface that does not exist: %d", w.Code)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	admin, _ := s.session(t, "admin")
	long := strings.Repeat("0123456789abcdef", 64) // 1024 bytes
	tests := []struct {
		name, output, accept string
		status               int
		body                 string
		gzip                 bool
	}{
		{"short", okHeader + "body", "gzip", 200, "body", false},
		{"long", okHeader + long, "deflate, gzip;q=1", 200, long, true},
		{"one byte less", okHeader + long[1:], "gzip", 200, long[1:], false},
		{"not accepted", okHeader + long, "", 200, long, false},
		{"refused", okHeader + long, "gzip;q=0", 200, long, false},
		{"encoded already", "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n" + long, "gzip", 200, long, false},
		{"other status", "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\r\n{}", "", 404, "{}", false},
		{"redirect", "HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n", "", 302, "", false},
		{"bare newlines", "HTTP/1.1 403 Forbidden\nX-Script: yes\n\nno", "", 403, "no", false},
		{"no header", "just text", "", 200, "just text", false},
		{"empty", "", "", 200, "", false},
		{"no content", "HTTP/1.1 204 No Content\r\n\r\nignored", "", 204, "", false},
		{"nonsense status", "HTTP/1.1 99999\r\n\r\nx", "", 200, "x", false},
		{"lying length", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n bad name: x\r\n\r\nlonger", "", 200, "longer", false},
	}
	for _, tc := range tests {
		s.run = func(_ *ScriptRequest, out *Response) error { _, err := io.WriteString(out, tc.output); return err }
		w := s.do(request{uri: "/lua/a.lua", cookies: admin, header: map[string]string{"Accept-Encoding": tc.accept}})
		body := w.Body.Bytes()
		if n := w.Header().Get("Content-Length"); tc.status != 204 && n != itoa(len(body)) {
			t.Errorf("%s: Content-Length %q for %d bytes", tc.name, n, len(body))
		}
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != tc.gzip {
			t.Errorf("%s: gzip %v", tc.name, got)
		} else if got {
			zr, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			body, _ = io.ReadAll(zr)
		}
		if w.Code != tc.status || string(body) != tc.body {
			t.Errorf("%s: %d %q", tc.name, w.Code, body)
		}
	}
	s.run = func(_ *ScriptRequest, out *Response) error { _, err := io.WriteString(out, okHeader); return err }
	w := s.do(request{uri: "/lua/a.lua", cookies: admin})
	if w.Header().Get("X-Script") != "yes" || len(w.Header()["Set-Cookie"]) != 2 || w.Header().Get("Content-Type") != "text/plain" || w.Header().Get("Server") != "ntopng 6.3 (x86_64)" {
		t.Errorf("headers %v", w.Header())
	}
}

func itoa(n int) string { return strconv.Itoa(n) }

func TestFlushAndFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	admin, _ := s.session(t, "admin")
	s.run = func(_ *ScriptRequest, out *Response) error {
		_, _ = io.WriteString(out, "HTTP/1.1 201 Created\r\n")
		out.Flush() // the header is not complete
		if out.Sent() {
			t.Error("half a header was sent")
		}
		_, _ = io.WriteString(out, "X-A: b\r\n\r\none ")
		out.Flush()
		_, _ = io.WriteString(out, "two")
		return errors.New("too late for an error page")
	}
	w := s.do(request{uri: "/lua/a.lua", cookies: admin})
	if w.Code != 201 || w.Body.String() != "one two" || !w.Flushed || w.Header().Get("X-A") != "b" {
		t.Errorf("%d %q", w.Code, w.Body.String())
	}
	for name, tc := range map[string]struct {
		text bool
		want string
	}{"as text": {true, "p=/pre n=ntopng"}, "as it is": {false, "p=@HTTP_PREFIX@ n=@NTOP_PRODUCT_NAME@"}} {
		s.run = func(_ *ScriptRequest, out *Response) error {
			_, _ = io.WriteString(out, okHeader)
			if err := out.SendFile(filepath.Join(s.dir, "none"), tc.text); err == nil {
				t.Error("no error for a missing file")
			}
			return out.SendFile(filepath.Join(s.dir, "httpdocs/text.txt"), tc.text)
		}
		if w := s.do(request{uri: "/lua/a.lua", cookies: admin}); w.Body.String() != tc.want {
			t.Errorf("%s: %q", name, w.Body.String())
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	admin, _ := s.session(t, "admin")
	s.run = func(_ *ScriptRequest, out *Response) error {
		_, _ = io.WriteString(out, okHeader+"half a page")
		return errors.New("a.lua:3: attempt to index a nil value <x>")
	}
	w := s.do(request{uri: "/lua/a.lua", cookies: admin})
	if w.Code != 302 || w.Body.Len() != 0 || !strings.HasPrefix(location(w), "/lua/http_status_code.lua?message=internal_error&referer=") ||
		!strings.HasSuffix(location(w), "&error_message=a.lua%3A3%3A+attempt+to+index+a+nil+value+%3Cx%3E") {
		t.Errorf("%d %q", w.Code, location(w))
	}
	s.run = func(*ScriptRequest, *Response) error { panic("boom") }
	if w := s.do(request{uri: "/lua/a.lua", cookies: admin}); w.Code != 302 || !strings.Contains(location(w), "internal_error") {
		t.Errorf("panic: %d %q", w.Code, location(w))
	}
	if st := s.Stats(); st["panics"] != 1 || st["failures"] != 2 || st["requests"] != 2 {
		t.Errorf("stats %v", st)
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

func TestUpload(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	admin, _ := s.session(t, "admin")
	upload := func(name string) {
		body := "--X\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nzzz\r\n--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"" +
			name + "\"\r\n\r\nfile content\r\n--X--\r\n"
		s.do(request{method: "POST", uri: "/lua/a.lua?k=v&uploaded_file=/etc/passwd", body: body, kind: "multipart/form-data; boundary=X", cookies: admin})
	}
	dir := filepath.Join(s.dir, "data", "tmp", "upload")
	for name, want := range map[string]string{"a.pcap": "a.pcap", "../../evil.lua": "evil.lua", `C:\\x\\b.txt`: "b.txt"} {
		upload(name)
		if got := get(s.last.Post, "uploaded_file"); got != filepath.Join(dir, want) || get(s.last.Post, "k") != "v" || s.last.InvalidCSRF {
			t.Errorf("%s: %q %v", name, got, s.last.Post)
			continue
		}
		if b, _ := os.ReadFile(filepath.Join(dir, want)); string(b) != "file content" {
			t.Errorf("%s: content %q", name, b)
		}
	}
	upload("..")
	if !s.last.InvalidCSRF || len(s.last.Post) != 0 {
		t.Errorf("bad name: %v", s.last.Post)
	}
	s.do(request{method: "POST", uri: "/lua/a.lua", body: "nonsense", kind: "multipart/form-data; boundary=X", cookies: admin})
	if !s.last.InvalidCSRF {
		t.Error("nonsense accepted")
	}
}

// A page that needs no login stores no files and takes no long bodies.
func TestStrangersCannotUpload(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	body := "--X\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\nfile content\r\n--X--\r\n"
	s.do(request{method: "POST", uri: loginURL, body: body, kind: "multipart/form-data; boundary=X"})
	if get(s.last.Post, "uploaded_file") != "" {
		t.Errorf("_POST %v", s.last.Post)
	}
	if _, err := os.Stat(filepath.Join(s.dir, "data", "tmp", "upload", "a.txt")); err == nil {
		t.Error("the file was stored")
	}
	s.do(request{method: "POST", uri: loginURL, body: "a=" + strings.Repeat("x", maxOpenPost), kind: "application/x-www-form-urlencoded"})
	if !s.last.InvalidCSRF || len(s.last.Post) != 0 {
		t.Error("a long body was taken")
	}
}

// Requests wait for each other when MaxScripts run, and a client that leaves
// while it waits is forgotten.
func TestMaxScripts(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.MaxScripts = 2 })
	var running, most atomic.Int32
	full, release := make(chan struct{}, 10), make(chan struct{})
	s.deps.Runner = runner(func(*ScriptRequest, *Response) error {
		n := running.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		full <- struct{}{}
		<-release
		running.Add(-1)
		return nil
	})
	ask := func(ctx context.Context) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest("GET", loginURL, nil).WithContext(ctx))
		return w
	}
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() { ask(context.Background()) })
	}
	<-full
	<-full
	left, leave := context.WithCancel(context.Background())
	leave()
	if w := ask(left); w.Code != 403 {
		t.Errorf("a client that left: %d", w.Code)
	}
	close(release)
	all.Wait()
	if most.Load() != 2 {
		t.Errorf("%d scripts ran at once", most.Load())
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

// Without the store nobody gets more than he may: what that is is not known.
func TestStoreDown(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.NoLogin = true })
	bob, _ := s.session(t, "bob")
	if err := s.store.Close(); err != nil {
		t.Fatal(err)
	}
	if w := s.do(request{uri: "/lua/a.lua"}); w.Code != 503 || s.last != nil {
		t.Errorf("login off: %d", w.Code)
	}
	s.cfg.NoLogin = false
	if w := s.do(request{uri: "/lua/a.lua", cookies: bob}); w.Code != 302 || s.last != nil {
		t.Errorf("with a session: %d", w.Code)
	}
	if w := s.do(request{method: "POST", uri: "/authorize.html", body: "user=bob&password=secret"}); !strings.Contains(location(w), "wrong-credentials") {
		t.Errorf("login: %d %q", w.Code, location(w))
	}
	if w := s.do(request{uri: "/a.js"}); w.Code != 200 {
		t.Errorf("static file: %d", w.Code)
	}
}
