package program

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"ntopgo/compat/keyvalue"
	"ntopgo/compat/users"
	"ntopgo/tests/harness"
)

// An account with a one-time code logs in through the pages of a tree, or the
// server's own form where the tree has none.
func TestLoginWithOneTimeCode(t *testing.T) {
	t.Parallel()
	for name, tree := range map[string]func(t *testing.T) []string{
		"embedded": func(*testing.T) []string { return nil },
		"2024":     func(t *testing.T) []string { return []string{"--install-dir", harness.Tree(t, 2024)} },
		"2026":     func(t *testing.T) []string { return []string{"--install-dir", harness.Tree(t, 2026)} },
	} {
		t.Run(name, func(t *testing.T) {
			args := append(tree(t), "-i", "dummy")
			dir := t.TempDir()
			secret := oneTimeAccount(t, dir)
			p := harness.Start(t, harness.Options{Dir: dir, Args: args})
			post := func(path string, form url.Values) *http.Response {
				t.Helper()
				r, err := p.Client.PostForm(p.URL+path, form)
				if err != nil {
					t.Fatal(err)
				}
				_ = r.Body.Close()
				return r
			}
			r := post("/authorize.html", url.Values{"user": {"eve"}, "password": {"secret"}, "referer": {"/lua/about.lua"}})
			if r.Header.Get("Set-Cookie") != "" {
				t.Fatal("the password alone opens a session")
			}
			token := ""
			if to, err := r.Location(); err == nil {
				token = to.Query().Get("token")
				if status, page := p.Get(to.RequestURI()); status != 200 || !strings.Contains(page, "mfa_authorize.html") {
					t.Errorf("page of the second factor: %d %.300s", status, page)
				}
			} else if token = fieldOf(t, p, "token"); token == "" {
				t.Fatal("no form for the code")
			}
			code, err := totp.GenerateCode(secret, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if r := post("/mfa_authorize.html", url.Values{"token": {token}, "totp_code": {"000000"}}); r.Header.Get("Set-Cookie") != "" {
				t.Error("a wrong code opens a session")
			}
			if r := post("/mfa_authorize.html", url.Values{"token": {token}, "totp_code": {code}}); r.Header.Get("Location") != "/lua/about.lua" ||
				!strings.Contains(r.Header.Get("Set-Cookie"), "session_") {
				t.Errorf("the right code: %d to %q, cookie %q", r.StatusCode, r.Header.Get("Location"), r.Header.Get("Set-Cookie"))
			}
		})
	}
}

// fieldOf logs in again and reads a hidden field of the form that comes back.
func fieldOf(t *testing.T, p *harness.Program, name string) string {
	t.Helper()
	_, page := p.Get("/authorize.html?user=eve&password=secret&ref=/lua/about.lua")
	_, rest, _ := strings.Cut(page, `name="`+name+`" value="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// oneTimeAccount makes the account eve in the store of a data folder.
func oneTimeAccount(t *testing.T, dir string) (secret string) {
	t.Helper()
	kv, err := keyvalue.OpenEmbedded(keyvalue.EmbeddedConfig{Dir: filepath.Join(dir, "store")})
	if err != nil {
		t.Fatal(err)
	}
	m := users.New(kv, users.Config{})
	if err := m.Add(users.Account{Name: "eve", Group: users.GroupAdministrator}, "secret"); err != nil {
		t.Fatal(err)
	}
	if secret, err = m.NewTOTPSecret(); err != nil {
		t.Fatal(err)
	}
	if err := m.SetTOTPSecret("eve", secret); err != nil {
		t.Fatal(err)
	}
	if err := m.SetTOTPEnabled("eve", true); err != nil {
		t.Fatal(err)
	}
	if err := kv.Close(); err != nil {
		t.Fatal(err)
	}
	return secret
}
