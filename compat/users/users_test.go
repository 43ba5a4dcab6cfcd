package users

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ntopgo/compat/keyvalue"
)

func manager(t *testing.T, cfg Config) (*Manager, keyvalue.Store) {
	t.Helper()
	s, err := keyvalue.NewMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	m := New(s, cfg)
	if err := m.SetDefaults(); err != nil {
		t.Fatal(err)
	}
	return m, s
}

func TestInitialAdmin(t *testing.T) {
	t.Parallel()
	m, s := manager(t, Config{})
	id, err := m.CheckPassword("admin", "admin")
	if err != nil || id.Group != GroupAdministrator || !id.Local {
		t.Errorf("admin/admin: %+v, %v", id, err)
	}
	if !m.MustChangePassword("admin") || m.MustChangePassword("other") {
		t.Error("forced password change is wrong")
	}
	if err := m.ResetPassword("admin", "admin", "better"); err != nil {
		t.Fatal(err)
	}
	// The next start sees that the password is another one.
	if err := m.SetDefaults(); err != nil {
		t.Fatal(err)
	}
	if m.MustChangePassword("admin") {
		t.Error("change is asked for although it was made")
	}
	// Whoever sets it back to the initial one is asked again.
	if err := m.ResetPassword("admin", "", "admin"); err != nil {
		t.Fatal(err)
	}
	if _, err := m.CheckPassword("admin", "admin"); err != nil || !m.MustChangePassword("admin") {
		t.Errorf("initial password again: %v", err)
	}
	if err := s.Set(changedKey, "0"); err != nil || !m.MustChangePassword("admin") {
		t.Error("0 counts as changed")
	}
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	m, s := manager(t, Config{})
	if err := m.Add(Account{Name: "bob", Group: GroupUnprivileged}, "secret"); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, password string
		ok             bool
	}{
		{"bob", "secret", true}, {"bob", "Secret", false}, {"bob", "", false}, {"", "secret", false},
		{"nobody", "secret", false}, {"bob", hash("secret"), false}, {"admin", "admin", true},
	} {
		if _, err := m.CheckPassword(tc.name, tc.password); (err == nil) != tc.ok || (err != nil && !errors.Is(err, ErrCredentials)) {
			t.Errorf("%s/%s: %v", tc.name, tc.password, err)
		}
	}
	if err := s.Set(tempAdminKey, "recovery"); err != nil {
		t.Fatal(err)
	}
	if _, err := m.CheckPassword("admin", "recovery"); err != nil {
		t.Errorf("temporary admin password: %v", err)
	}
	if _, err := m.CheckPassword("bob", "recovery"); err == nil {
		t.Error("temporary admin password works for others")
	}
	if err := m.ResetPassword("bob", "wrong", "new"); err == nil {
		t.Error("password changed with a wrong old one")
	}
	if err := s.Set(localAuthKey, "0"); err != nil {
		t.Fatal(err)
	}
	if _, err := m.CheckPassword("bob", "secret"); err == nil {
		t.Error("local accounts work although switched off")
	}
}

type fake struct {
	group string
	err   error
	asked *[]string
}

func (f fake) Authenticate(name, _ string) (string, bool, error) {
	*f.asked = append(*f.asked, f.group)
	return f.group, name == "far" && f.err == nil, f.err
}

func TestOtherAuthorities(t *testing.T) {
	t.Parallel()
	var asked []string
	m, _ := manager(t, Config{
		Before: []Authenticator{fake{group: "one", err: errors.New("down"), asked: &asked}},
		After:  []Authenticator{fake{group: "two", asked: &asked}},
	})
	id, err := m.CheckPassword("far", "x")
	if err != nil || id.Group != "two" || id.Local || !slices.Equal(asked, []string{"one", "two"}) {
		t.Errorf("%+v %v, asked %v", id, err, asked)
	}
	if id, err := m.CheckPassword("admin", "admin"); err != nil || !id.Local {
		t.Errorf("an authority that is down locks out local users: %+v %v", id, err)
	}
	if _, err := m.CheckPassword("admin", "x"); err == nil || errors.Is(err, ErrCredentials) {
		t.Errorf("an authority that is down is not reported: %v", err)
	}
}

func TestBruteForce(t *testing.T) {
	t.Parallel()
	m, s := manager(t, Config{})
	const ip = "192.0.2.1"
	for range maxFailed - 1 {
		if _, err := m.Login("admin", "wrong", ip); !errors.Is(err, ErrCredentials) {
			t.Fatal(err)
		}
	}
	if d, _ := s.TTL(failedPrefix + ip); d <= 290*time.Second || d > 300*time.Second {
		t.Errorf("counter lives %v", d)
	}
	if _, err := m.Login("admin", "admin", ip); err != nil {
		t.Fatalf("fifth attempt with the right password: %v", err)
	}
	if ok, _ := s.Exists(failedPrefix + ip); ok {
		t.Error("success does not clear the counter")
	}
	for range maxFailed {
		_, _ = m.Login("admin", "wrong", ip)
	}
	if _, err := m.Login("admin", "admin", ip); !errors.Is(err, ErrBlocked) {
		t.Errorf("after five failures: %v", err)
	}
	if _, err := m.Login("admin", "admin", "192.0.2.2"); err != nil {
		t.Errorf("another address is blocked too: %v", err)
	}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	m, s := manager(t, Config{})
	a := Account{Name: "eve.x", FullName: "Eve", Group: GroupUnprivileged, AllowedNets: "10.0.0.0/8",
		AllowedIfname: "eth0", Language: "it", AllowAlerts: true, HostPoolID: "3"}
	if err := m.Add(a, "pw"); err != nil {
		t.Fatal(err)
	}
	if err := m.Add(a, "pw"); err == nil {
		t.Error("added twice")
	}
	got, err := m.Get("eve.x")
	a.PasswordHash = hash("pw")
	if err != nil || got != a {
		t.Errorf("read back %+v, %v; want %+v", got, err, a)
	}
	all, err := m.List()
	if err != nil || len(all) != 2 || all[0].Name != "admin" || all[1].Name != "eve.x" {
		t.Errorf("list: %+v %v", all, err)
	}
	if caps := m.Capabilities("eve.x", GroupUnprivileged); caps != 1<<CapAlerts {
		t.Errorf("capabilities %#x", caps)
	}
	if err := m.SetField("eve.x", "capabilities", "5"); err != nil {
		t.Fatal(err)
	}
	if err := m.SetAllowed("eve.x", "allow_pcap", true, time.Hour); err != nil {
		t.Fatal(err)
	}
	if caps := m.Capabilities("eve.x", GroupUnprivileged); caps != 5|1<<CapAlerts|1<<CapPcapDownload {
		t.Errorf("capabilities %#x", caps)
	}
	if m.Capabilities("admin", GroupAdministrator) != ^uint64(0) {
		t.Error("administrators lack capabilities")
	}
	if m.AllowedNets("eve.x", GroupUnprivileged) != "10.0.0.0/8" || m.AllowedNets("admin", GroupAdministrator) != AllNetworks {
		t.Error("allowed networks")
	}
	if err := m.SetAllowedIfname("eve.x", "zmq:__h:1"); err != nil || m.Field("eve.x", "allowed_ifname") != "zmq://h:1" {
		t.Errorf("interface %q", m.Field("eve.x", "allowed_ifname"))
	}
	token, err := m.CreateToken("eve.x")
	if err != nil {
		t.Fatal(err)
	}
	session, err := m.CreateSessionFor("eve.x", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Delete("eve.x"); err != nil {
		t.Fatal(err)
	}
	if left, _ := s.Keys("ntopng.user.eve.x.*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, ok := m.TokenUser(token); ok {
		t.Error("token of a deleted user works")
	}
	if _, ok := m.Session(session.ID); ok {
		t.Error("session of a deleted user works")
	}
	if err := m.Delete("eve.x"); !errors.Is(err, ErrNoUser) {
		t.Errorf("deleted twice: %v", err)
	}
	if err := m.Add(a, "pw"); err != nil || m.Field("eve.x", "user_id") != "0" {
		t.Errorf("id is not reused: %q %v", m.Field("eve.x", "user_id"), err)
	}
}

func TestBadNames(t *testing.T) {
	t.Parallel()
	m, _ := manager(t, Config{})
	for _, name := range []string{"", "a|b", "a b", "a\nb", NoLogin, strings.Repeat("x", 33), "a;b"} {
		if err := m.Add(Account{Name: name, Group: GroupUnprivileged}, "pw"); err == nil {
			t.Errorf("%q accepted", name)
		}
	}
	if err := m.Add(Account{Name: "ok"}, strings.Repeat("x", MaxPasswordLength+1)); err == nil {
		t.Error("long password accepted")
	}
}

func TestSessions(t *testing.T) {
	t.Parallel()
	m, s := manager(t, Config{SessionPrefix: "sessions."})
	made, err := m.CreateSession(Identity{User: "admin", Group: GroupAdministrator, Local: true}, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if len(made.ID) != 32 || len(made.CSRF) != 32 || made.ID == made.CSRF {
		t.Errorf("ids %q %q", made.ID, made.CSRF)
	}
	record, _, _ := s.Get("sessions." + made.ID)
	if record != "admin|administrator|"+made.CSRF+"|1" {
		t.Errorf("record %q", record)
	}
	if got, ok := m.Session(made.ID); !ok || got != made {
		t.Errorf("read %+v %v", got, ok)
	}
	for id, text := range map[string]string{"old": "admin|administrator|csrf", "odd": "admin", "empty": "|g|c|1", "user": "u|g|c|"} {
		if err := s.Set("sessions."+id, text); err != nil {
			t.Fatal(err)
		}
		if got, ok := m.Session(id); ok {
			t.Errorf("record %q read as %+v", text, got)
		}
	}
	for _, id := range []string{"", "*", "a|b", strings.Repeat("a", 65), "../x"} {
		if _, ok := m.Session(id); ok {
			t.Errorf("id %q accepted", id)
		}
	}
	if err := m.EndSession(made.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := m.Session(made.ID); ok {
		t.Error("ended session works")
	}
	if _, err := m.CreateSessionFor("nobody", time.Hour); !errors.Is(err, ErrNoUser) {
		t.Errorf("session for nobody: %v", err)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	m, _ := manager(t, Config{})
	first, err := m.CreateToken("admin")
	if err != nil {
		t.Fatal(err)
	}
	second, err := m.CreateToken("admin")
	if err != nil || first == second || m.Token("admin") != second {
		t.Fatalf("%q %q %v", first, second, err)
	}
	if _, ok := m.TokenUser(first); ok {
		t.Error("the old token works")
	}
	if id, ok := m.TokenUser(second); !ok || id.User != "admin" || id.Group != GroupAdministrator {
		t.Errorf("%+v %v", id, ok)
	}
}

func TestSecondFactorIsTold(t *testing.T) {
	t.Parallel()
	m, s := manager(t, Config{})
	for _, tc := range []struct{ field, value, want string }{
		{"totp_enabled", "0", ""}, {"totp_enabled", "1", "totp"}, {"webauthn_cred_count", "2", "webauthn"},
	} {
		if err := s.Set(key("admin", tc.field), tc.value); err != nil {
			t.Fatal(err)
		}
		if id, err := m.CheckPassword("admin", "admin"); err != nil || id.SecondFactor != tc.want {
			t.Errorf("%s=%s: %q %v", tc.field, tc.value, id.SecondFactor, err)
		}
	}
}
