package authn

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/go-ldap/ldap/v3"

	"ntopgo/compat/keyvalue"
)

// LDAP checks a password by binding with it as the entry of the user, which it
// searches before. Groups of the directory decide who may log in and who is an
// administrator.
type LDAP struct {
	settings
	// TLS is the configuration for servers that speak it; nil: the machine's
	// certificates.
	TLS *tls.Config
}

// NewLDAP makes the authority.
func NewLDAP(kv keyvalue.Store) *LDAP { return &LDAP{settings: settings{kv}} }

// Types of accounts, by their names in the preferences: those of RFC 2307 in
// OpenLDAP and others, and those of Active Directory.
const accountsOfAD = "samaccount"

// Authenticate implements users.Authenticator.
func (l *LDAP) Authenticate(name, password string) (group string, ok bool, err error) {
	// A bind with a name and no password succeeds and proves nothing (RFC 4513,
	// 5.1.2).
	if !l.on("ldap.auth_enabled") || name == "" || password == "" {
		return "", false, nil
	}
	conn, err := l.connect()
	if err != nil {
		return "", false, err
	}
	defer func() { _ = conn.Close() }()
	user, err := l.find(conn, name)
	if err != nil || user == nil {
		return "", false, err
	}
	admin, member, err := l.groups(conn, name, user)
	if err != nil || !admin && !member {
		return "", false, err
	}
	if err := conn.Bind(user.DN, password); err != nil {
		if ldap.IsErrorAnyOf(err, ldap.LDAPResultInvalidCredentials, ldap.LDAPResultInsufficientAccessRights) {
			return "", false, nil
		}
		return "", false, fmt.Errorf("LDAP: bind as %s: %w", user.DN, err)
	}
	return groupOf(admin), true, nil
}

// connect opens a connection that may search.
func (l *LDAP) connect() (*ldap.Conn, error) {
	server := l.get("ldap.ldap_server_address")
	if server == "" {
		return nil, errors.New("LDAP: no server is set")
	}
	if !strings.Contains(server, "://") {
		server = "ldap://" + server
	}
	conn, err := ldap.DialURL(server, ldap.DialWithDialer(&net.Dialer{Timeout: timeout}), ldap.DialWithTLSConfig(l.TLS))
	if err != nil {
		return nil, fmt.Errorf("LDAP: %w", err)
	}
	conn.SetTimeout(timeout)
	dn, password := l.get("ldap.bind_dn"), l.get("ldap.bind_pwd")
	if l.on("ldap.anonymous_bind") || dn == "" {
		err = conn.UnauthenticatedBind("")
	} else {
		if password == "" {
			err = errors.New("the account that searches has no password")
		} else {
			err = conn.Bind(dn, password)
		}
	}
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("LDAP: %s: %w", server, err)
	}
	return conn, nil
}

// userAttributes are what is read of a user.
var userAttributes = []string{"memberOf", "gidNumber"}

// find is the entry of a user, nil when there is none, or more than one.
func (l *LDAP) find(conn *ldap.Conn, name string) (*ldap.Entry, error) {
	attribute := "uid"
	if l.get("ldap.account_type") == accountsOfAD {
		attribute = "sAMAccountName"
	}
	found, err := l.search(conn, fmt.Sprintf("(%s=%s)", attribute, ldap.EscapeFilter(name)), userAttributes)
	if err != nil || len(found) != 1 {
		return nil, err
	}
	return found[0], nil
}

// search looks below the path of the preferences.
func (l *LDAP) search(conn *ldap.Conn, filter string, attributes []string) ([]*ldap.Entry, error) {
	const most = 2 // more than one is as good as none
	r, err := conn.Search(ldap.NewSearchRequest(l.get("ldap.search_path"), ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, most,
		int(timeout/time.Second), false, filter, attributes, nil))
	if ldap.IsErrorAnyOf(err, ldap.LDAPResultNoSuchObject) {
		return nil, nil
	}
	if ldap.IsErrorAnyOf(err, ldap.LDAPResultSizeLimitExceeded) && r != nil {
		return r.Entries, nil
	}
	if err != nil {
		return nil, fmt.Errorf("LDAP: search: %w", err)
	}
	return r.Entries, nil
}

// groups says whether a user is in the group of administrators, and in that of
// users; without a group of users everybody is in it.
func (l *LDAP) groups(conn *ldap.Conn, name string, user *ldap.Entry) (admin, member bool, err error) {
	admins, users := l.get("ldap.admin_group"), l.get("ldap.user_group")
	if admins != "" {
		if admin, err = l.isMember(conn, admins, name, user); err != nil || admin {
			return admin, admin, err
		}
	}
	if users == "" {
		return false, true, nil
	}
	member, err = l.isMember(conn, users, name, user)
	return false, member, err
}

// isMember says whether a user is in a group, which is named by its common name or
// its whole name. What the entry of the user says of its groups (Active Directory)
// is believed; otherwise the group is searched for: by the user's login name
// (posixGroup), whole name (groupOfNames) or primary group.
func (l *LDAP) isMember(conn *ldap.Conn, group, name string, user *ldap.Entry) (bool, error) {
	for _, of := range user.GetAttributeValues("memberOf") {
		if sameGroup(of, group) {
			return true, nil
		}
	}
	if l.get("ldap.account_type") == accountsOfAD {
		return false, nil
	}
	cn := group
	if dn, err := ldap.ParseDN(group); err == nil && strings.Contains(group, "=") && len(dn.RDNs) > 0 {
		cn = dn.RDNs[0].Attributes[0].Value
	}
	dn := ldap.EscapeFilter(user.DN)
	members := fmt.Sprintf("(memberUid=%s)(member=%s)(uniqueMember=%s)", ldap.EscapeFilter(name), dn, dn)
	if gid := user.GetAttributeValue("gidNumber"); gid != "" {
		members += "(gidNumber=" + ldap.EscapeFilter(gid) + ")"
	}
	found, err := l.search(conn, fmt.Sprintf("(&(cn=%s)(|%s)(!(objectClass=posixAccount)))", ldap.EscapeFilter(cn), members), []string{"cn"})
	if err != nil {
		return false, err
	}
	for _, e := range found {
		if !strings.Contains(group, "=") || sameGroup(e.DN, group) {
			return true, nil
		}
	}
	return false, nil
}

// sameGroup says whether the group with the whole name dn is the one that a
// preference names.
func sameGroup(dn, group string) bool {
	full, err := ldap.ParseDN(dn)
	if err != nil || len(full.RDNs) == 0 {
		return false
	}
	if strings.Contains(group, "=") {
		want, err := ldap.ParseDN(group)
		return err == nil && full.EqualFold(want)
	}
	first := full.RDNs[0].Attributes[0]
	return strings.EqualFold(first.Type, "cn") && strings.EqualFold(first.Value, group)
}
