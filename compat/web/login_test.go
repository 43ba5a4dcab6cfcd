package web

import (
	"strings"
	"testing"
	"time"

	"ntopgo/compat/users"
)

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
