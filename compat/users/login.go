package users

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// Identity is who a request comes from.
type Identity struct {
	User  string
	Group string
	// Local is true for an account of the key-value store, false when another
	// authority vouched for it.
	Local bool
	// SecondFactor is the further proof the account asks for: "", "totp" or "webauthn".
	SecondFactor string
}

// Reasons of a refused login.
var (
	ErrCredentials = errors.New("wrong user name or password")
	ErrBlocked     = errors.New("too many failed logins from this address")
	ErrNotGUI      = errors.New("captive portal users cannot use the web interface")
)

const (
	failedPrefix  = "ntopng.cache.failed_logins."
	maxFailed     = 5
	failedPeriod  = 300 * time.Second
	localAuthOff  = '0'
	secondTOTP    = "totp"
	secondPasskey = "webauthn"
)

// CheckPassword asks every authority in order. The error is ErrCredentials, or
// that of a store or an authority that could not answer.
func (m *Manager) CheckPassword(name, password string) (Identity, error) {
	if name == "" || password == "" {
		return Identity{}, ErrCredentials
	}
	var failure error
	ask := func(list []Authenticator) (string, bool) {
		for _, a := range list {
			group, ok, err := a.Authenticate(name, password)
			if err != nil {
				failure = err
			} else if ok {
				return group, true
			}
		}
		return "", false
	}
	if group, ok := ask(m.cfg.Before); ok {
		return m.identify(name, group, false), nil
	}
	ok, err := m.checkLocal(name, password)
	if err != nil {
		return Identity{}, fmt.Errorf("check the password of %s: %w", name, err)
	}
	if ok {
		return m.identify(name, m.Group(name), true), nil
	}
	if group, ok := ask(m.cfg.After); ok {
		return m.identify(name, group, false), nil
	}
	if failure != nil {
		return Identity{}, fmt.Errorf("check the password of %s: %w", name, failure)
	}
	return Identity{}, ErrCredentials
}

func (m *Manager) identify(name, group string, local bool) Identity {
	return Identity{User: name, Group: group, Local: local, SecondFactor: m.secondFactor(name)}
}

func (m *Manager) secondFactor(name string) string {
	if n, _ := strconv.Atoi(m.Field(name, "webauthn_cred_count")); n > 0 {
		return secondPasskey
	}
	if m.Field(name, "totp_enabled") == "1" {
		return secondTOTP
	}
	return ""
}

func (m *Manager) checkLocal(name, password string) (bool, error) {
	v, _, err := m.store.Get(localAuthKey)
	if err != nil {
		return false, err
	}
	if v != "" && v[0] == localAuthOff {
		return false, nil
	}
	if name == adminName {
		temporary, ok, err := m.store.Get(tempAdminKey)
		if err != nil {
			return false, err
		}
		if ok && temporary != "" && equal(temporary, password) {
			return true, nil
		}
	}
	stored, ok, err := m.store.Get(key(name, "password"))
	if err != nil || !ok {
		return false, err
	}
	if !equal(stored, hash(password)) {
		return false, nil
	}
	if name == adminName && stored == adminMD5 {
		// The initial password is back: the change is asked for again.
		if _, err := m.store.Del(changedKey); err != nil {
			return false, err
		}
	}
	return true, nil
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// Login checks a password given on the web interface from address ip, and
// counts failures: five within five minutes block the address.
func (m *Manager) Login(name, password, ip string) (Identity, error) {
	if m.Group(name) == GroupCaptivePortal {
		return Identity{}, ErrNotGUI
	}
	counter := failedPrefix + ip
	failed, _, err := m.store.Get(counter)
	if err != nil {
		return Identity{}, fmt.Errorf("read failed logins: %w", err)
	}
	if n, _ := strconv.Atoi(failed); n >= maxFailed {
		return Identity{}, ErrBlocked
	}
	id, err := m.CheckPassword(name, password)
	if errors.Is(err, ErrCredentials) {
		if _, e := m.store.Incr(counter, 1); e != nil {
			return Identity{}, fmt.Errorf("count failed login: %w", e)
		}
		if _, e := m.store.Expire(counter, failedPeriod); e != nil {
			return Identity{}, fmt.Errorf("count failed login: %w", e)
		}
		return Identity{}, err
	}
	if err != nil {
		return Identity{}, err
	}
	if _, err := m.store.Del(counter); err != nil {
		return Identity{}, fmt.Errorf("forget failed logins: %w", err)
	}
	return id, nil
}

// Blocked says whether too many logins from address ip failed of late.
func (m *Manager) Blocked(ip string) bool {
	failed, _, err := m.store.Get(failedPrefix + ip)
	if err != nil {
		return false
	}
	n, _ := strconv.Atoi(failed)
	return n >= maxFailed
}
