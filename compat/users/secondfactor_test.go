package users

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"ntopgo/compat/keyvalue"
	"ntopgo/compat/users/passkeytest"
)

func managerWithEve(t *testing.T) *Manager {
	t.Helper()
	kv, err := keyvalue.NewMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kv.Close() })
	m := New(kv, Config{})
	if err := m.Add(Account{Name: "eve", Group: GroupUnprivileged}, "secret"); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestOneTimePasswords(t *testing.T) {
	t.Parallel()
	m := managerWithEve(t)
	secret, err := m.NewTOTPSecret()
	if err != nil || len(secret) != 32 {
		t.Fatalf("secret %q %v", secret, err)
	}
	if err := m.SetTOTPSecret("eve", "not base 32!"); err == nil {
		t.Error("a secret that is none was stored")
	}
	if m.TOTPURI("eve") != "" || m.CheckTOTP("eve", "000000") {
		t.Error("no secret, yet a URI or a right code")
	}
	if err := errors.Join(m.SetTOTPSecret("eve", secret), m.SetTOTPEnabled("eve", true)); err != nil {
		t.Fatal(err)
	}
	if want := "otpauth://totp/ntopng:eve?secret=" + secret + "&issuer=ntopng&digits=6&period=30"; m.TOTPURI("eve") != want {
		t.Error(m.TOTPURI("eve"))
	}
	code := func(at time.Time) string {
		c, err := totp.GenerateCode(secret, at)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, c := range []struct {
		code string
		ok   bool
	}{{code(time.Now()), true}, {code(time.Now().Add(-30 * time.Second)), true}, {code(time.Now().Add(10 * time.Minute)), false},
		{"", false}, {"12345", false}, {"abcdef", false}, {" 12345", false}} {
		if m.CheckTOTP("eve", c.code) != c.ok {
			t.Errorf("code %q: want %t", c.code, c.ok)
		}
	}
	id, err := m.CheckPassword("eve", "secret")
	if err != nil || id.SecondFactor != secondTOTP {
		t.Fatalf("%+v %v", id, err)
	}
	p, err := m.BeginSecondFactor(id, "/lua/x.lua|y")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := m.FinishTOTP(p.Token, "000000"); !errors.Is(err, ErrCredentials) {
		t.Errorf("wrong code: %v", err)
	}
	now := code(time.Now())
	got, back, err := m.FinishTOTP(p.Token, now)
	if err != nil || got.User != "eve" || got.Group != GroupUnprivileged || back.Referer != "/lua/x.lua|y" {
		t.Errorf("%+v %+v %v", got, back, err)
	}
	if _, _, err := m.FinishTOTP(p.Token, now); !errors.Is(err, ErrNoPending) {
		t.Errorf("token used twice: %v", err)
	}
	p, _ = m.BeginSecondFactor(id, "/")
	if _, _, err := m.FinishTOTP(p.Token, now); !errors.Is(err, ErrCredentials) {
		t.Errorf("code used twice: %v", err)
	}
	for range maxTries - 1 {
		_, _, err = m.FinishTOTP(p.Token, "000000")
	}
	if !errors.Is(err, ErrNoPending) {
		t.Errorf("after %d wrong codes: %v", maxTries, err)
	}
	if err := m.SetTOTPEnabled("nobody", true); !errors.Is(err, ErrNoUser) {
		t.Error(err)
	}
}

func TestPasskeys(t *testing.T) {
	t.Parallel()
	m := managerWithEve(t)
	site := Site{Origin: "https://host:3001", Domain: "host"}
	register := func(k *passkeytest.Key, change func(client, att, challenge *string)) error {
		challenge, err := m.BeginRegistration("eve")
		if err != nil {
			t.Fatal(err)
		}
		client, att := k.Register(challenge)
		if change != nil {
			change(&client, &att, &challenge)
		}
		return m.FinishRegistration("eve", "my key", k.ID(), client, att, challenge, site)
	}
	for name, err := range map[string]error{
		"other origin":    register(passkeytest.New(t, "https://evil", "host"), nil),
		"other site":      register(passkeytest.New(t, site.Origin, "evil"), nil),
		"other challenge": register(passkeytest.New(t, site.Origin, "host"), func(_, _, c *string) { *c = "AAAA" }),
		"damaged":         register(passkeytest.New(t, site.Origin, "host"), func(_, a, _ *string) { *a = (*a)[:40] }),
		"no base64":       register(passkeytest.New(t, site.Origin, "host"), func(c, _, _ *string) { *c = "*" }),
		"no user":         m.FinishRegistration("eve", "", "", "", "", "", site),
	} {
		if !errors.Is(err, errPasskey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	k, other := passkeytest.New(t, site.Origin, "host"), passkeytest.New(t, site.Origin, "host")
	if err := errors.Join(register(k, nil), register(other, nil)); err != nil {
		t.Fatal(err)
	}
	if err := register(k, nil); err == nil {
		t.Error("registered twice")
	}
	if keys := m.Passkeys("eve"); len(keys) != 2 || keys[0].Name != "my key" || keys[0].ID != k.ID() {
		t.Fatalf("%+v", keys)
	}
	id, err := m.CheckPassword("eve", "secret")
	if err != nil || id.SecondFactor != secondPasskey {
		t.Fatalf("%+v %v", id, err)
	}
	login := func(change func(p *Pending, a *Assertion)) error {
		p, err := m.BeginSecondFactor(id, "/a|b")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := m.PendingPasskey(p.Token); err != nil || again.Referer != "/a|b" || again.Challenge != p.Challenge {
			t.Errorf("%+v %v", again, err)
		}
		a := Assertion{ID: k.ID()}
		a.ClientData, a.AuthData, a.Signature = k.Login(p.Challenge)
		if change != nil {
			change(&p, &a)
		}
		_, _, err = m.FinishPasskey(p.Token, a, site)
		return err
	}
	if err := login(nil); err != nil {
		t.Error(err)
	}
	for name, err := range map[string]error{
		"other key":  login(func(_ *Pending, a *Assertion) { a.ID = other.ID() }),
		"no key":     login(func(_ *Pending, a *Assertion) { a.ID = "x" }),
		"old answer": login(func(p *Pending, a *Assertion) { a.ClientData, a.AuthData, a.Signature = k.Login("AAAA") }),
		"counter": login(func(p *Pending, a *Assertion) {
			k.Count = 0
			a.ClientData, a.AuthData, a.Signature = k.Login(p.Challenge)
		}),
	} {
		if !errors.Is(err, errPasskey) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := m.DeletePasskey("eve", "x"); err == nil {
		t.Error("deleted an unknown key")
	}
	if err := m.DeletePasskey("eve", k.ID()); err != nil || len(m.Passkeys("eve")) != 1 || m.Passkeys("eve")[0].ID != other.ID() {
		t.Errorf("%v %+v", err, m.Passkeys("eve"))
	}
	if err := m.DeletePasskey("eve", other.ID()); err != nil {
		t.Error(err)
	}
	if id, _ := m.CheckPassword("eve", "secret"); id.SecondFactor != "" {
		t.Error("the last key is gone, yet one is asked for")
	}
	if strings.Contains(strings.Join(keysOf(t, m), " "), passkeyField+"0") {
		t.Error("a deleted key is still stored")
	}
}

func keysOf(t *testing.T, m *Manager) []string {
	keys, err := m.store.Keys("*")
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
