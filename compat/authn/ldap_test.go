package authn

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/jimlambrt/gldap"

	"ntopgo/compat/users"
)

// entry is an entry of the test's directory.
type entry struct {
	dn, password string
	attributes   map[string][]string
}

// directory is a server with some entries. Searching needs a bind of an account
// whose name begins with cn=reader, unless everybody may.
type directory struct {
	t       *testing.T
	entries []entry
	open    bool
	bound   map[int]string // by connection
}

// matches evaluates a filter as RFC 4511 defines it, as far as the tests use it.
func (e *entry) matches(f *ber.Packet) bool {
	switch f.Tag {
	case ldap.FilterAnd:
		for _, c := range f.Children {
			if !e.matches(c) {
				return false
			}
		}
		return true
	case ldap.FilterOr:
		for _, c := range f.Children {
			if e.matches(c) {
				return true
			}
		}
		return false
	case ldap.FilterNot:
		return !e.matches(f.Children[0])
	case ldap.FilterEqualityMatch:
		name, value := ber.DecodeString(f.Children[0].Data.Bytes()), ber.DecodeString(f.Children[1].Data.Bytes())
		for k, values := range e.attributes {
			for _, v := range values {
				if strings.EqualFold(k, name) && strings.EqualFold(v, value) {
					return true
				}
			}
		}
	}
	return false
}

func (d *directory) bind(w *gldap.ResponseWriter, r *gldap.Request) {
	answer := r.NewBindResponse(gldap.WithResponseCode(gldap.ResultInvalidCredentials))
	defer func() { _ = w.Write(answer) }()
	m, err := r.GetSimpleBindMessage()
	if err != nil {
		return
	}
	if m.UserName == "" || m.Password == "" { // as real servers do
		answer.SetResultCode(gldap.ResultSuccess)
		d.bound[r.ConnectionID()] = ""
		return
	}
	for _, e := range d.entries {
		if strings.EqualFold(e.dn, m.UserName) && e.password != "" && e.password == string(m.Password) {
			answer.SetResultCode(gldap.ResultSuccess)
			d.bound[r.ConnectionID()] = e.dn
		}
	}
}

func (d *directory) search(w *gldap.ResponseWriter, r *gldap.Request) {
	answer := r.NewSearchDoneResponse(gldap.WithResponseCode(gldap.ResultSuccess))
	defer func() { _ = w.Write(answer) }()
	m, err := r.GetSearchMessage()
	if err != nil || !d.open && !strings.HasPrefix(d.bound[r.ConnectionID()], "cn=reader") {
		answer.SetResultCode(gldap.ResultInsufficientAccessRights)
		return
	}
	f, err := ldap.CompileFilter(m.Filter)
	if err != nil {
		d.t.Errorf("%s: %v", m.Filter, err)
		return
	}
	for _, e := range d.entries {
		if strings.HasSuffix(strings.ToLower(e.dn), strings.ToLower(m.BaseDN)) && e.matches(f) {
			_ = w.Write(r.NewSearchResponseEntry(e.dn, gldap.WithAttributes(e.attributes)))
		}
	}
}

// serve starts the server and returns its address.
func (d *directory) serve(opts ...gldap.Option) string {
	d.t.Helper()
	d.bound = map[int]string{}
	s, err := gldap.NewServer()
	if err != nil {
		d.t.Fatal(err)
	}
	mux, err := gldap.NewMux()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := mux.Bind(d.bind); err != nil {
		d.t.Fatal(err)
	}
	if err := mux.Search(d.search); err != nil {
		d.t.Fatal(err)
	}
	if err := s.Router(mux); err != nil {
		d.t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		d.t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	go func() { _ = s.Run(addr, opts...) }()
	d.t.Cleanup(func() { _ = s.Stop() })
	for end := time.Now().Add(10 * time.Second); !s.Ready(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			d.t.Fatal("the directory does not start")
		}
	}
	return addr
}

const base = "dc=example,dc=com"

func person(name, password string, more map[string][]string) entry {
	e := entry{dn: "uid=" + name + ",ou=people," + base, password: password,
		attributes: map[string][]string{"uid": {name}, "cn": {name}, "objectClass": {"inetOrgPerson", "posixAccount"}, "gidNumber": {"100"}}}
	for k, v := range more {
		e.attributes[k] = v
	}
	return e
}

func group(name string, attributes map[string][]string) entry {
	attributes["cn"] = []string{name}
	return entry{dn: "cn=" + name + ",ou=groups," + base, attributes: attributes}
}

type login struct {
	user, password, group string
	ok                    bool
}

func (l login) try(t *testing.T, name string, a *LDAP) {
	t.Helper()
	got, ok, err := a.Authenticate(l.user, l.password)
	if got != l.group || ok != l.ok || err != nil {
		t.Errorf("%s: %s with %q is %q %t, %v; want %q %t", name, l.user, l.password, got, ok, err, l.group, l.ok)
	}
}

func TestLDAPPosix(t *testing.T) {
	t.Parallel()
	d := &directory{t: t, entries: []entry{
		{dn: "cn=reader," + base, password: "r"},
		person("ann", "a", nil), person("bob", "b", nil), person("carl", "c", nil), person("dave", "d", map[string][]string{"gidNumber": {"500"}}),
		person("twin", "t", nil), {dn: "uid=twin,ou=more," + base, password: "t", attributes: map[string][]string{"uid": {"twin"}}},
		person("staff", "s", nil), // an account named like the group
		group("admin", map[string][]string{"memberUid": {"ann"}}),
		group("staff", map[string][]string{"member": {"uid=bob,ou=people," + base}, "gidNumber": {"500"}}),
		{dn: "cn=admin,ou=fake," + base, attributes: map[string][]string{"cn": {"admin"}, "memberUid": {"carl"}}},
	}}
	addr := d.serve()
	settings := map[string]string{"ldap.auth_enabled": "1", "ldap.ldap_server_address": "ldap://" + addr, "ldap.bind_dn": "cn=reader," + base, "ldap.bind_pwd": "r",
		"ldap.search_path": base, "ldap.user_group": "staff", "ldap.admin_group": "cn=admin,ou=groups," + base, "ldap.account_type": "posix", "ldap.anonymous_bind": "0"}
	kv, _ := stores(t, settings)
	a := NewLDAP(kv)
	for _, l := range []login{{"ann", "a", users.GroupAdministrator, true}, {"bob", "b", users.GroupUnprivileged, true}, {"dave", "d", users.GroupUnprivileged, true},
		{"ann", "x", "", false}, {"ann", "", "", false}, {"", "a", "", false}, {"carl", "c", "", false}, {"twin", "t", "", false}, {"nobody", "n", "", false},
		{"*", "a", "", false}, {"ann)(uid=*", "a", "", false}, {"staff", "s", "", false}} {
		l.try(t, "groups", a)
	}
	for k, v := range map[string]string{"ldap.user_group": "", "ldap.admin_group": ""} {
		if err := kv.Set(prefix+k, v); err != nil {
			t.Fatal(err)
		}
	}
	login{"carl", "c", users.GroupUnprivileged, true}.try(t, "no groups", a)
	if err := kv.Set(prefix+"ldap.auth_enabled", "0"); err != nil {
		t.Fatal(err)
	}
	login{"carl", "c", "", false}.try(t, "switched off", a)
}

func TestLDAPActiveDirectory(t *testing.T) {
	t.Parallel()
	account := func(name, password string, of ...string) entry {
		return entry{dn: "CN=" + name + ",CN=Users," + base, password: password, attributes: map[string][]string{"sAMAccountName": {name}, "memberOf": of}}
	}
	d := &directory{t: t, open: true, entries: []entry{account("Ann", "a", "CN=Staff,OU=G,"+base, "CN=Net Admins,OU=G,"+base), account("Bob", "b", "CN=Staff,OU=G,"+base),
		account("Eve", "e", "OU=Net Admins,"+base)}}
	kv, _ := stores(t, map[string]string{"ldap.auth_enabled": "1", "ldap.ldap_server_address": d.serve(), "ldap.search_path": base, "ldap.user_group": "staff",
		"ldap.admin_group": "Net Admins", "ldap.account_type": "samaccount", "ldap.anonymous_bind": "1"})
	a := NewLDAP(kv)
	for _, l := range []login{{"ann", "a", users.GroupAdministrator, true}, {"Bob", "b", users.GroupUnprivileged, true}, {"eve", "e", "", false}, {"bob", "a", "", false}} {
		l.try(t, "AD", a)
	}
}

func TestLDAPOverTLS(t *testing.T) {
	t.Parallel()
	web := httptest.NewUnstartedServer(nil) // for its certificate
	web.StartTLS()
	defer web.Close()
	d := &directory{t: t, open: true, entries: []entry{person("ann", "a", nil)}}
	addr := d.serve(gldap.WithTLSConfig(web.TLS.Clone()))
	kv, _ := stores(t, map[string]string{"ldap.auth_enabled": "1", "ldap.ldap_server_address": "ldaps://" + addr, "ldap.search_path": base})
	a := NewLDAP(kv)
	if _, ok, err := a.Authenticate("ann", "a"); ok || err == nil {
		t.Errorf("a certificate of nobody was believed: %t %v", ok, err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(web.Certificate())
	a.TLS = &tls.Config{RootCAs: pool, ServerName: "example.com"}
	login{"ann", "a", users.GroupUnprivileged, true}.try(t, "TLS", a)
}

func TestLDAPFails(t *testing.T) {
	t.Parallel()
	d := &directory{t: t, entries: []entry{{dn: "cn=reader," + base, password: "r"}, person("ann", "a", nil)}}
	addr := d.serve()
	for name, change := range map[string]map[string]string{
		"no server":        {"ldap.ldap_server_address": ""},
		"nobody there":     {"ldap.ldap_server_address": "ldap://127.0.0.1:1"},
		"no address":       {"ldap.ldap_server_address": "http://127.0.0.1"},
		"wrong account":    {"ldap.bind_pwd": "x"},
		"account unproven": {"ldap.bind_pwd": ""},
		"may not search":   {"ldap.anonymous_bind": "1"},
	} {
		settings := map[string]string{"ldap.auth_enabled": "1", "ldap.ldap_server_address": "ldap://" + addr, "ldap.bind_dn": "cn=reader," + base, "ldap.bind_pwd": "r",
			"ldap.search_path": base}
		for k, v := range change {
			settings[k] = v
		}
		kv, _ := stores(t, settings)
		if g, ok, err := NewLDAP(kv).Authenticate("ann", "a"); ok || err == nil {
			t.Errorf("%s: %q %t %v", name, g, ok, err)
		}
	}
}
