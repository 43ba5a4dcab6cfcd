package web

import (
	"context"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

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

// patient runs until its context ends, as a script without end does.
type patient struct{}

func (patient) Run(ctx context.Context, _ *ScriptRequest, _ *Response) error {
	<-ctx.Done()
	return ctx.Err()
}

// A script without end is ended, and its request answered.
func TestScriptTimeout(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.ScriptTimeout = 20 * time.Millisecond })
	s.deps.Runner = patient{}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", loginURL, nil))
	if to := w.Header().Get("Location"); w.Code != 302 || !strings.Contains(to, "internal_error") {
		t.Errorf("status %d, to %q", w.Code, to)
	}
}
