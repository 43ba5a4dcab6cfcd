package users

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	tokensKey = "ntopng.api_tokens"
	// CSRFNoSession is the token of a request without a session; such a request
	// cannot be forged by another site, so it is not checked.
	CSRFNoSession = "CSRF_TOKEN_NO_SESSION"
)

// Session is a web session.
type Session struct {
	ID   string
	CSRF string
	Identity
}

// randomID is 32 hex digits from 16 random bytes.
func (m *Manager) randomID() (string, error) {
	source := m.cfg.Random
	if source == nil {
		source = rand.Reader
	}
	var b [16]byte
	if _, err := io.ReadFull(source, b[:]); err != nil {
		return "", fmt.Errorf("random id: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

// CreateSession stores a session that ends after life.
func (m *Manager) CreateSession(id Identity, life time.Duration) (Session, error) {
	if strings.Contains(id.User+id.Group, "|") {
		return Session{}, fmt.Errorf("session for %q: name or group cannot be stored", id.User)
	}
	sid, err := m.randomID()
	if err != nil {
		return Session{}, err
	}
	csrf, err := m.randomID()
	if err != nil {
		return Session{}, err
	}
	local := "0"
	if id.Local {
		local = "1"
	}
	record := strings.Join([]string{id.User, id.Group, csrf, local}, "|")
	if err := m.store.SetEx(m.cfg.SessionPrefix+sid, record, life); err != nil {
		return Session{}, fmt.Errorf("store session: %w", err)
	}
	return Session{ID: sid, CSRF: csrf, Identity: id}, nil
}

// CreateSessionFor makes a session for an existing local account without
// asking for a password, as ntop.createUserSession does.
func (m *Manager) CreateSessionFor(name string, life time.Duration) (Session, error) {
	if !m.Exists(name) {
		return Session{}, fmt.Errorf("%w: %s", ErrNoUser, name)
	}
	return m.CreateSession(Identity{User: name, Group: m.Group(name), Local: true}, life)
}

// Session reads a session by its id; false when there is none, it ended, or its
// record is not in the form user|group|csrf|local.
func (m *Manager) Session(sid string) (Session, bool) {
	if !isID(sid) {
		return Session{}, false
	}
	record, ok, err := m.store.Get(m.cfg.SessionPrefix + sid)
	if err != nil || !ok {
		return Session{}, false
	}
	f := strings.Split(record, "|")
	if len(f) != 4 || f[0] == "" || f[1] == "" || f[2] == "" || f[3] == "" {
		return Session{}, false
	}
	return Session{ID: sid, CSRF: f[2], Identity: Identity{User: f[0], Group: f[1], Local: f[3][0] == '1'}}, true
}

// isID keeps glob characters and other keys out of a key made from a cookie.
func isID(s string) bool {
	if s == "" || len(s) > 64 {
		return false
	}
	for _, c := range []byte(s) {
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '-') {
			return false
		}
	}
	return true
}

// EndSession removes a session.
func (m *Manager) EndSession(sid string) error {
	if !isID(sid) {
		return nil
	}
	_, err := m.store.Del(m.cfg.SessionPrefix + sid)
	return err
}

func (m *Manager) endSessions(name string) error {
	keys, err := m.store.Keys(m.cfg.SessionPrefix + "*")
	if err != nil {
		return fmt.Errorf("end sessions of %s: %w", name, err)
	}
	for _, k := range keys {
		record, _, err := m.store.Get(k)
		if err == nil && strings.HasPrefix(record, name+"|") {
			_, err = m.store.Del(k)
		}
		if err != nil {
			return fmt.Errorf("end sessions of %s: %w", name, err)
		}
	}
	return nil
}

// TokenUser is the user an API token belongs to.
func (m *Manager) TokenUser(token string) (Identity, bool) {
	if token == "" {
		return Identity{}, false
	}
	name, ok, err := m.store.HGet(tokensKey, token)
	if err != nil || !ok || name == "" {
		return Identity{}, false
	}
	return Identity{User: name, Group: m.Group(name)}, true
}

// CreateToken gives the user a new API token; the one before ends.
func (m *Manager) CreateToken(name string) (string, error) {
	if !m.Exists(name) {
		return "", fmt.Errorf("%w: %s", ErrNoUser, name)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	token, err := m.randomID()
	if err != nil {
		return "", err
	}
	if old := m.Field(name, "api_token"); old != "" {
		if _, err := m.store.HDel(tokensKey, old); err != nil {
			return "", fmt.Errorf("end the old token of %s: %w", name, err)
		}
	}
	if err := m.store.HSet(tokensKey, token, name); err != nil {
		return "", fmt.Errorf("store the token of %s: %w", name, err)
	}
	return token, m.SetField(name, "api_token", token)
}

// Token is the user's API token, "" when there is none.
func (m *Manager) Token(name string) string { return m.Field(name, "api_token") }
