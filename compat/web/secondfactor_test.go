package web

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"ntopgo/compat/users"
	"ntopgo/compat/users/passkeytest"
)

const rightPassword = "user=bob&password=secret&referer=/x.y"

func tokenOf(t *testing.T, to string) string {
	t.Helper()
	u, err := url.Parse(to)
	if err != nil || u.Query().Get("token") == "" {
		t.Fatalf("no token in %q", to)
	}
	return u.Query().Get("token")
}

// No way in goes around the second factor of an account.
func TestSecondFactorIsNotBypassed(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	if err := s.users.SetField("bob", "totp_enabled", "1"); err != nil {
		t.Fatal(err)
	}
	if w := s.do(request{method: "POST", uri: "/authorize.html", body: rightPassword}); w.Header().Get("Set-Cookie") != "" ||
		!strings.HasPrefix(location(w), "/lua/mfa_verify.lua?token=") {
		t.Errorf("form: %d %q", w.Code, location(w))
	}
	for name, q := range map[string]request{
		"basic":   {uri: "/lua/a.lua", header: map[string]string{"Authorization": "Basic Ym9iOnNlY3JldA=="}},
		"cookies": {uri: "/lua/a.lua", cookies: map[string]string{"user": "bob", "password": "secret"}},
	} {
		if w := s.do(q); w.Code != 302 || s.last != nil {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

func TestLoginWithCode(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	secret, err := s.users.NewTOTPSecret()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.users.SetTOTPSecret("bob", secret); err != nil {
		t.Fatal(err)
	}
	if err := s.users.SetTOTPEnabled("bob", true); err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(secret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	token := tokenOf(t, location(s.do(request{method: "POST", uri: "/authorize.html", body: rightPassword})))
	if w := s.do(request{method: "POST", uri: codeURL, body: "token=" + token + "&totp_code=00000"}); location(w) != codePageURL+"?token="+token+"&reason=wrong-code" {
		t.Errorf("wrong code: %q", location(w))
	}
	if w := s.do(request{uri: codeURL + "?token=" + token + "&totp_code=" + code}); location(w) != "/lua/login.lua?reason=session-expired" {
		t.Errorf("a code in an address: %q", location(w))
	}
	w := s.do(request{method: "POST", uri: codeURL, body: "token=" + token + "&totp_code=" + code})
	if location(w) != "/x.y" || !strings.HasPrefix(w.Header().Get("Set-Cookie"), "session_3000_0=") {
		t.Errorf("right code: %q %q", location(w), w.Header().Get("Set-Cookie"))
	}
	if err := os.Remove(filepath.Join(s.dir, "scripts/lua/mfa_verify.lua")); err != nil {
		t.Fatal(err)
	}
	if w := s.do(request{method: "POST", uri: "/authorize.html", body: rightPassword}); w.Code != 200 ||
		!strings.Contains(w.Body.String(), `action="/mfa_authorize.html"`) {
		t.Errorf("a tree without the page: %d %q", w.Code, w.Body.String())
	}
}

func TestLoginWithPasskey(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	key := passkeytest.New(t, "http://host:3000", "host")
	challenge, err := s.users.BeginRegistration("bob")
	if err != nil {
		t.Fatal(err)
	}
	client, attestation := key.Register(challenge)
	if err := s.users.FinishRegistration("bob", "", key.ID(), client, attestation, challenge,
		users.Site{Origin: "http://host:3000", Domain: "host"}); err != nil {
		t.Fatal(err)
	}
	if w := s.do(request{method: "POST", uri: "/authorize.html", body: rightPassword}); w.Code != 403 || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("a tree without the page: %d", w.Code)
	}
	if err := os.WriteFile(filepath.Join(s.dir, "scripts/lua/webauthn_verify.lua"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	token := tokenOf(t, location(s.do(request{method: "POST", uri: "/authorize.html", body: rightPassword})))
	p, err := s.users.PendingPasskey(token)
	if err != nil {
		t.Fatal(err)
	}
	form := func(challenge string) string {
		client, auth, signature := key.Login(challenge)
		return url.Values{"token": {token}, "cred_id": {key.ID()}, "client_data": {client}, "auth_data": {auth}, "signature": {signature}}.Encode()
	}
	if w := s.do(request{method: "POST", uri: passkeyURL, body: form("AAAA")}); location(w) != passkeyPageURL+"?token="+token+"&reason=invalid-key" {
		t.Errorf("wrong answer: %q", location(w))
	}
	if w := s.do(request{method: "POST", uri: passkeyURL, body: form(p.Challenge)}); location(w) != "/x.y" || w.Header().Get("Set-Cookie") == "" {
		t.Errorf("right answer: %q", location(w))
	}
	if w := s.do(request{method: "POST", uri: passkeyURL, body: form(p.Challenge)}); location(w) != "/lua/login.lua?reason=session-expired" {
		t.Errorf("used twice: %q", location(w))
	}
}
