package program

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"ntopgo/tests/harness"
)

var csrfField = regexp.MustCompile(`name="csrf" value="([0-9a-f]{32})"`)

// changePassword fills in the form of the page that the first login leads to.
func changePassword(t *testing.T, p *harness.Program, password string) {
	t.Helper()
	_, page := p.Get("/lua/change_password.lua")
	csrf := csrfField.FindStringSubmatch(page)
	if csrf == nil {
		t.Fatalf("no csrf field in the change-password page:\n%.500s", page)
	}
	r, err := p.Client.PostForm(p.URL+"/lua/change_password.lua", url.Values{"csrf": {csrf[1]},
		"new_password": {password}, "confirm_password": {password}, "user_language": {"en"}})
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != 302 {
		t.Fatalf("change of password: status %d", r.StatusCode)
	}
}

// Users, preferences and sessions of the embedded store outlive a restart and a
// kill -9 that comes a second after they were written.
func TestStoreSurvivesRestartAndKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := harness.Start(t, harness.Options{Dir: dir, Args: []string{"-i", "dummy"}})
	port := p.Port
	login(t, p, "admin", "admin")
	changePassword(t, p, "Secr3t.pass")
	session := p.Client.Transport
	time.Sleep(time.Second) // what kill -9 may lose

	for _, c := range []struct {
		name string
		end  func()
	}{{"kill -9", p.Kill}, {"restart", func() { p.Stop() }}} {
		c.end()
		p = harness.Start(t, harness.Options{Dir: dir, Port: port, Args: []string{"-i", "dummy"}})
		p.Client.Transport = session
		if status, _ := p.Get("/lua/rest/v2/get/interface/data.lua?ifid=0"); status != 200 {
			t.Errorf("after %s the session is gone: status %d", c.name, status)
		}
		p.Client.Transport = nil
		r, err := p.Client.PostForm(p.URL+"/authorize.html", url.Values{"user": {"admin"}, "password": {"admin"}, "referer": {"/"}})
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if !strings.Contains(r.Header.Get("Location"), "wrong-credentials") {
			t.Errorf("after %s the old password works", c.name)
		}
		login(t, p, "admin", "Secr3t.pass")
	}
}
