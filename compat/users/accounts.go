package users

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"
	"sync"

	"ntopgo/compat/keyvalue"
)

// Groups of accounts.
const (
	GroupAdministrator = "administrator"
	GroupUnprivileged  = "unprivileged"
	GroupCaptivePortal = "captive_portal"
	GroupUnknown       = "unknown"
)

const (
	// NoLogin is the user of a request when login is disabled.
	NoLogin = "nologin"
	// AllNetworks is the allowed_nets value that restricts nothing.
	AllNetworks = "0.0.0.0/0,::/0"
	noNetworks  = "0.0.0.0/32"
	// MaxNameLength and MaxPasswordLength bound what is stored, in bytes.
	MaxNameLength     = 32
	MaxPasswordLength = 128

	userPrefix     = "ntopng.user."
	userIDs        = "ntopng.prefs.user_ids"
	maxUsers       = 63
	adminName      = "admin"
	adminMD5       = "21232f297a57a5a743894a0e4a801fc3" // MD5 of "admin"
	changedKey     = "ntopng.prefs.admin_password_changed"
	tempAdminKey   = "ntopng.prefs.temp_admin_password"
	localAuthKey   = "ntopng.prefs.local.auth_enabled"
	defaultLang    = "en"
	unknownForName = "unknown"
)

// ErrNoUser is returned for an account that does not exist.
var ErrNoUser = errors.New("no such user")

// Config of a Manager.
type Config struct {
	// SessionPrefix is the key prefix of web sessions; default
	// "ntopng.cache.sessions." (trees of 2024 use "sessions.").
	SessionPrefix string
	// Before and After are further password authorities, asked before and after
	// the local accounts; the original asks HTTP first, LDAP and RADIUS last.
	Before, After []Authenticator
	// Random is the source of session ids and tokens; default crypto/rand.
	Random io.Reader
	Logf   keyvalue.Logf
}

// Authenticator is a password authority outside of the key-value store.
type Authenticator interface {
	// Authenticate returns the group of the user, or ok false when name and
	// password do not belong together or the authority is switched off.
	Authenticate(name, password string) (group string, ok bool, err error)
}

// Manager is what the web server and the bindings ask about users.
type Manager struct {
	store keyvalue.Store
	cfg   Config
	mu    sync.Mutex // one account change at a time
}

// New makes a Manager on the store.
func New(store keyvalue.Store, cfg Config) *Manager {
	if cfg.SessionPrefix == "" {
		cfg.SessionPrefix = "ntopng.cache.sessions."
	}
	return &Manager{store: store, cfg: cfg}
}

// SetAuthorities replaces the authorities of the configuration. It is called
// before the manager is shared: some authorities need the manager themselves.
func (m *Manager) SetAuthorities(before, after []Authenticator) {
	m.cfg.Before, m.cfg.After = before, after
}

// Account is one user; empty fields are not stored.
type Account struct {
	Name             string
	FullName         string
	PasswordHash     string // MD5, 32 hex digits
	Group            string
	Language         string
	AllowedNets      string // CSV of CIDRs
	AllowedIfname    string
	HostPoolID       string
	AllowedHostPools string // CSV of pool ids
	AllowPcap        bool
	AllowHistorical  bool
	AllowAlerts      bool
}

func key(name, field string) string { return userPrefix + name + "." + field }

func hash(password string) string {
	sum := md5.Sum([]byte(password))
	return hex.EncodeToString(sum[:])
}

// SetDefaults creates admin/admin when there is no such account, and notes that
// the password is no longer the initial one when it is not.
func (m *Manager) SetDefaults() error {
	stored, ok, err := m.store.Get(key(adminName, "password"))
	if err != nil {
		return fmt.Errorf("read the admin account: %w", err)
	}
	if ok {
		if stored != adminMD5 {
			return m.store.Set(changedKey, "1")
		}
		return nil
	}
	for _, f := range [][2]string{
		{"password", adminMD5}, {"full_name", "ntopng Administrator"},
		{"group", GroupAdministrator}, {"allowed_nets", AllNetworks},
	} {
		if err := m.store.Set(key(adminName, f[0]), f[1]); err != nil {
			return fmt.Errorf("create the admin account: %w", err)
		}
	}
	return nil
}

// Field reads one field of an account record ("full_name", "theme", ...); "" when unset.
func (m *Manager) Field(name, field string) string {
	v, _, _ := m.store.Get(key(name, field))
	return v
}

// SetField stores one field; the empty value removes it.
func (m *Manager) SetField(name, field, value string) error {
	if name == "" {
		return ErrNoUser
	}
	var err error
	if value == "" {
		_, err = m.store.Del(key(name, field))
	} else {
		err = m.store.Set(key(name, field), value)
	}
	if err != nil {
		return fmt.Errorf("user %s: set %s: %w", name, field, err)
	}
	return nil
}

// Exists tells whether there is such an account.
func (m *Manager) Exists(name string) bool {
	if name == "" {
		return false
	}
	if ok, _ := m.store.Exists(key(name, "password")); ok {
		return true
	}
	ok, _ := m.store.Exists(key(name, "group"))
	return ok
}

// Group is the group of a user, GroupUnknown when there is none.
func (m *Manager) Group(name string) string {
	if g := m.Field(name, "group"); g != "" {
		return g
	}
	return GroupUnknown
}

// Get reads an account.
func (m *Manager) Get(name string) (Account, error) {
	if !m.Exists(name) {
		return Account{}, fmt.Errorf("%w: %s", ErrNoUser, name)
	}
	orUnknown := func(s string) string {
		if s == "" {
			return unknownForName
		}
		return s
	}
	return Account{
		Name: name, FullName: orUnknown(m.Field(name, "full_name")),
		PasswordHash: orUnknown(m.Field(name, "password")), Group: m.Group(name),
		Language: m.Field(name, "language"), AllowedNets: m.Field(name, "allowed_nets"),
		AllowedIfname: m.Field(name, "allowed_ifname"), HostPoolID: m.Field(name, "host_pool_id"),
		AllowedHostPools: m.Field(name, "allowed_host_pools"),
		AllowPcap:        m.Field(name, "allow_pcap") != "",
		AllowHistorical:  m.Field(name, "allow_historical_flow") != "",
		AllowAlerts:      m.Field(name, "allow_alerts") != "",
	}, nil
}

// List returns every account that has a password, ordered by name.
func (m *Manager) List() ([]Account, error) {
	keys, err := m.store.Keys(userPrefix + "*.password")
	if err != nil {
		return nil, fmt.Errorf("list users: %w", err)
	}
	sort.Strings(keys)
	out := make([]Account, 0, len(keys))
	for _, k := range keys {
		name := strings.TrimSuffix(strings.TrimPrefix(k, userPrefix), ".password")
		if a, err := m.Get(name); err == nil {
			out = append(out, a)
		}
	}
	return out, nil
}

// validName refuses what would break a key, a session record or a cookie.
func validName(name string) error {
	if name == "" || len(name) > MaxNameLength || name == NoLogin {
		return fmt.Errorf("user name %q: must have 1 to %d bytes and not be %q", name, MaxNameLength, NoLogin)
	}
	for _, r := range name {
		if r <= ' ' || r == '|' || r == 0x7f || r == ';' {
			return fmt.Errorf("user name %q: character %q is not allowed", name, r)
		}
	}
	return nil
}

// Add creates an account with a password in clear text. It is an error when
// the name is taken or malformed, or when there is no room for another user.
func (m *Manager) Add(a Account, password string) error {
	if err := validName(a.Name); err != nil {
		return err
	}
	if password == "" || len(password) > MaxPasswordLength {
		return fmt.Errorf("user %s: the password must have 1 to %d bytes", a.Name, MaxPasswordLength)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.Exists(a.Name) {
		return fmt.Errorf("user %s exists", a.Name)
	}
	id, err := m.assignID()
	if err != nil {
		return fmt.Errorf("user %s: %w", a.Name, err)
	}
	fields := [][2]string{
		{"full_name", a.FullName}, {"group", a.Group}, {"user_id", id},
		{"allowed_nets", a.AllowedNets}, {"theme", ""}, {"date_format", ""},
	}
	for _, f := range [][2]string{
		{"language", a.Language}, {"allowed_ifname", a.AllowedIfname}, {"host_pool_id", a.HostPoolID},
		{"allowed_host_pools", a.AllowedHostPools}, {"allow_pcap", flag(a.AllowPcap)},
		{"allow_historical_flow", flag(a.AllowHistorical)}, {"allow_alerts", flag(a.AllowAlerts)},
	} {
		if f[1] != "" {
			fields = append(fields, f)
		}
	}
	// The password comes last: with it the account begins to exist.
	for _, f := range append(fields, [2]string{"password", hash(password)}) {
		if err := m.store.Set(key(a.Name, f[0]), f[1]); err != nil {
			return fmt.Errorf("user %s: set %s: %w", a.Name, f[0], err)
		}
	}
	return nil
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return ""
}

func (m *Manager) assignID() (string, error) {
	for id := range maxUsers {
		s := strconv.Itoa(id)
		added, err := m.store.SAdd(userIDs, s)
		if err != nil {
			return "", err
		}
		if added == 1 {
			return s, nil
		}
	}
	return "", fmt.Errorf("there are %d users already", maxUsers)
}

// fields an account may have; deleting it removes them all.
var fields = []string{
	"password", "full_name", "group", "user_id", "allowed_nets", "allowed_ifname", "language",
	"allow_pcap", "allow_historical_flow", "allow_alerts", "host_pool_id", "allowed_host_pools",
	"theme", "date_format", "capabilities", "expire", "api_token", "totp_secret", "totp_enabled",
}

// Delete removes an account, its token and its sessions.
func (m *Manager) Delete(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.Exists(name) {
		return fmt.Errorf("%w: %s", ErrNoUser, name)
	}
	if id := m.Field(name, "user_id"); id != "" {
		if _, err := m.store.SRem(userIDs, id); err != nil {
			return fmt.Errorf("delete user %s: %w", name, err)
		}
	}
	if token := m.Field(name, "api_token"); token != "" {
		if _, err := m.store.HDel(tokensKey, token); err != nil {
			return fmt.Errorf("delete user %s: %w", name, err)
		}
	}
	keys := make([]string, 0, len(fields)+2)
	for _, f := range fields {
		keys = append(keys, key(name, f))
	}
	passkeys, _ := strconv.Atoi(m.Field(name, "webauthn_cred_count"))
	keys = append(keys, key(name, "webauthn_cred_count"))
	for i := range min(passkeys, 64) {
		keys = append(keys, key(name, "webauthn_cred_"+strconv.Itoa(i)))
	}
	if _, err := m.store.Del(keys...); err != nil {
		return fmt.Errorf("delete user %s: %w", name, err)
	}
	return m.endSessions(name)
}

// ResetPassword sets a new password. With a non-empty old one, that must be
// right and the account a local one.
func (m *Manager) ResetPassword(name, old, password string) error {
	if password == "" || len(password) > MaxPasswordLength {
		return fmt.Errorf("user %s: the password must have 1 to %d bytes", name, MaxPasswordLength)
	}
	if old != "" {
		id, err := m.CheckPassword(name, old)
		if err != nil {
			return err
		}
		if !id.Local {
			return fmt.Errorf("user %s: the password is kept elsewhere", name)
		}
	}
	return m.SetField(name, "password", hash(password))
}

// Language is the locale code of a user, "en" when unset.
func (m *Manager) Language(name string) string {
	if l := m.Field(name, "language"); l != "" {
		return l
	}
	return defaultLang
}

// MustChangePassword tells whether the user may do nothing else first.
func (m *Manager) MustChangePassword(name string) bool {
	if name != adminName {
		return false
	}
	v, ok, err := m.store.Get(changedKey)
	return err != nil || !ok || strings.HasPrefix(v, "0")
}
