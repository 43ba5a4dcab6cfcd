package authn

import (
	"context"
	"crypto/md5"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"

	"ntopgo/compat/keyvalue"
	"ntopgo/compat/users"
)

func stores(t *testing.T, prefs map[string]string) (keyvalue.Store, *users.Manager) {
	t.Helper()
	kv, err := keyvalue.NewMemory()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = kv.Close() })
	for k, v := range prefs {
		if err := kv.Set(prefix+k, v); err != nil {
			t.Fatal(err)
		}
	}
	m := users.New(kv, users.Config{})
	if err := m.Add(users.Account{Name: "local", Group: users.GroupAdministrator}, "x"); err != nil {
		t.Fatal(err)
	}
	return kv, m
}

func TestHTTP(t *testing.T) {
	t.Parallel()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct{ User, Password string }
		if json.NewDecoder(r.Body).Decode(&q) != nil || q.Password != `s"ecret` {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		text := map[string]string{"eve": `{"admin":false,"allowedNets":"10.0.0.0/8","language":"it"}`, "root": `{"admin":true}`}[q.User]
		_, _ = w.Write([]byte(text))
	}))
	defer service.Close()
	kv, m := stores(t, map[string]string{"http_authenticator.auth_enabled": "1", "http_authenticator.http_auth_url": service.URL})
	h := NewHTTP(kv, m)
	for _, c := range []struct {
		user, password, group string
		ok, failed            bool
	}{{"eve", `s"ecret`, users.GroupUnprivileged, true, false}, {"root", `s"ecret`, users.GroupAdministrator, true, false},
		{"eve", "wrong", "", false, false}, {"odd", `s"ecret`, "", false, true}} {
		group, ok, err := h.Authenticate(c.user, c.password)
		if group != c.group || ok != c.ok || (err != nil) != c.failed {
			t.Errorf("%s: %q %t %v", c.user, group, ok, err)
		}
	}
	if m.Field("eve", "allowed_nets") != "10.0.0.0/8" || m.Language("eve") != "it" {
		t.Error("what the service says is not kept")
	}
	_ = kv.Set(prefix+"http_authenticator.http_auth_url", "")
	if _, _, err := h.Authenticate("eve", "x"); err == nil {
		t.Error("no address, no error")
	}
	_ = kv.Set(prefix+"http_authenticator.auth_enabled", "0")
	if _, ok, err := h.Authenticate("eve", `s"ecret`); ok || err != nil {
		t.Error("switched off, yet it answers")
	}
}

// radiusServer accepts "secret" by PAP and CHAP, puts "root" into the group
// admins and "eve" into able, and hands accounting requests to account.
func radiusServer(t *testing.T, account chan<- *radius.Packet) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := radius.PacketServer{SecretSource: radius.StaticSecretSource([]byte("shared")),
		Handler: radius.HandlerFunc(func(w radius.ResponseWriter, r *radius.Request) {
			if r.Code == radius.CodeAccountingRequest {
				account <- r.Packet
				_ = w.Write(r.Response(radius.CodeAccountingResponse))
				return
			}
			ok := rfc2865.UserPassword_GetString(r.Packet) == "secret"
			if chap := rfc2865.CHAPPassword_Get(r.Packet); len(chap) == 17 {
				sum := md5.Sum(append(append([]byte{chap[0]}, "secret"...), rfc2865.CHAPChallenge_Get(r.Packet)...))
				ok = string(sum[:]) == string(chap[1:])
			}
			if !ok {
				_ = w.Write(r.Response(radius.CodeAccessReject))
				return
			}
			answer := r.Response(radius.CodeAccessAccept)
			if group := map[string]string{"root": "admins", "eve": "able"}[rfc2865.UserName_GetString(r.Packet)]; group != "" {
				_ = rfc2865.FilterID_AddString(answer, group)
			}
			_ = w.Write(answer)
		})}
	go func() { _ = server.Serve(conn) }()
	t.Cleanup(func() { _ = server.Shutdown(context.Background()) })
	return conn.LocalAddr().String()
}

func TestRADIUS(t *testing.T) {
	t.Parallel()
	account := make(chan *radius.Packet, 1)
	addr := radiusServer(t, account)
	kv, m := stores(t, map[string]string{"radius.auth_enabled": "1", "radius.radius_server_address": addr, "radius.radius_acct_server_address": addr,
		"radius.radius_secret": "shared", "radius.radius_admin_group": "admins", "radius.radius_unpriv_capabilties_group": "able"})
	r := NewRADIUS(kv, m)
	for _, proto := range []string{"pap", "chap"} {
		_ = kv.Set(prefix+"radius.radius_auth_proto", proto)
		for _, c := range []struct {
			user, password, group string
			ok, capable           bool
		}{{"eve", "secret", users.GroupUnprivileged, true, true}, {"root", "secret", users.GroupAdministrator, true, false},
			{"bob", "secret", users.GroupUnprivileged, true, false}, {"bob", "wrong", "", false, false}} {
			group, ok, err := r.Authenticate(c.user, c.password)
			if group != c.group || ok != c.ok || err != nil || (m.Field(c.user, "allow_pcap") == "1") != c.capable {
				t.Errorf("%s %s: %q %t %v", proto, c.user, group, ok, err)
			}
		}
	}
	_ = kv.Set(prefix+"radius.external_auth_for_local_users_enabled", "1")
	if group, ok, _ := r.Authenticate("local", "secret"); !ok || group != users.GroupAdministrator {
		t.Errorf("local account: %q %t", group, ok)
	}
	if _, ok, _ := r.Authenticate("bob", "secret"); ok {
		t.Error("no local account, yet let in")
	}
	u := Usage{User: "guest", MAC: "02:00:00:00:00:01", Session: "s1", IP: "10.0.0.9", NASPortName: "eth0", NASPort: 3, BytesIn: 10, BytesOut: 20,
		PacketsIn: 1, PacketsOut: 2, Seconds: 60, TerminateReason: 1}
	for _, kind := range []AccountingKind{AccountingStart, AccountingUpdate, AccountingStop} {
		if err := r.Account(kind, u); err != nil {
			t.Fatal(err)
		}
		p := <-account
		if rfc2866.AcctStatusType_Get(p) != kind || rfc2865.UserName_GetString(p) != "guest" || rfc2866.AcctSessionID_GetString(p) != "s1" ||
			rfc2865.FramedIPAddress_Get(p).String() != "10.0.0.9" || (rfc2866.AcctOutputOctets_Get(p) == 20) != (kind != AccountingStart) {
			t.Errorf("%v: %v", kind, p.Attributes)
		}
	}
	_ = kv.Set(prefix+"radius.radius_secret", "")
	if _, _, err := r.Authenticate("eve", "secret"); err == nil || r.Account(AccountingStart, u) == nil {
		t.Error("no secret, no error")
	}
	_ = kv.Set(prefix+"radius.auth_enabled", "0")
	if _, ok, err := r.Authenticate("eve", "secret"); ok || err != nil || r.Enabled() {
		t.Error("switched off, yet it answers")
	}
}

func TestLogRADIUS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 {
		if err := LogRADIUS(dir, "login", "eve"); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "radius.log"))
	if err != nil || !regexp.MustCompile(`^(\d\d/\w{3}/\d{4} \d\d:\d\d:\d\d \[RADIUS login\] eve\n){2}$`).Match(text) {
		t.Errorf("%q %v", text, err)
	}
	if err := LogRADIUS(filepath.Join(dir, "radius.log"), "x", "y"); err == nil {
		t.Error("written into nowhere")
	}
}
