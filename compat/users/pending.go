package users

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// A login that waits for its second factor is kept under a random token for five
// minutes, in the original's form: user|referer, with the challenge behind for a
// passkey.
const (
	pendingTOTP    = "mfa.pending."
	pendingPasskey = "webauthn.pending."
	pendingLife    = 5 * time.Minute
	// maxTries is how many wrong codes a pending login survives.
	maxTries   = 5
	triesField = ".tries"
)

// ErrNoPending is returned for a token that is unknown, used or too old.
var ErrNoPending = errors.New("no such pending login")

// Pending is a login whose password was right.
type Pending struct {
	Token     string
	User      string
	Referer   string
	Challenge string // for a passkey, base64url
}

// BeginSecondFactor keeps a login until its second factor, id.SecondFactor,
// arrives.
func (m *Manager) BeginSecondFactor(id Identity, referer string) (Pending, error) {
	token, err := m.randomID()
	if err != nil {
		return Pending{}, err
	}
	p := Pending{Token: token, User: id.User, Referer: referer}
	key, record := pendingTOTP+token, id.User+"|"+referer
	if id.SecondFactor == secondPasskey {
		if p.Challenge, err = m.challenge(); err != nil {
			return Pending{}, err
		}
		key, record = pendingPasskey+token, record+"|"+p.Challenge
	}
	if err := m.store.SetEx(key, record, pendingLife); err != nil {
		return Pending{}, fmt.Errorf("keep the login of %s: %w", id.User, err)
	}
	return p, nil
}

// PendingTOTP is the login that waits for a code under a token.
func (m *Manager) PendingTOTP(token string) (Pending, error) {
	record, err := m.pending(pendingTOTP, token)
	if err != nil {
		return Pending{}, err
	}
	user, referer, ok := strings.Cut(record, "|")
	if !ok {
		return Pending{}, ErrNoPending
	}
	return Pending{Token: token, User: user, Referer: referer}, nil
}

// PendingPasskey is the login that waits for a passkey under a token.
func (m *Manager) PendingPasskey(token string) (Pending, error) {
	record, err := m.pending(pendingPasskey, token)
	if err != nil {
		return Pending{}, err
	}
	first, last := strings.IndexByte(record, '|'), strings.LastIndexByte(record, '|')
	if first < 0 || first == last {
		return Pending{}, ErrNoPending
	}
	return Pending{Token: token, User: record[:first], Referer: record[first+1 : last], Challenge: record[last+1:]}, nil
}

func (m *Manager) pending(prefix, token string) (string, error) {
	if !isID(token) {
		return "", ErrNoPending
	}
	record, ok, err := m.store.Get(prefix + token)
	if err != nil {
		return "", fmt.Errorf("read a pending login: %w", err)
	}
	if !ok {
		return "", ErrNoPending
	}
	return record, nil
}

// FinishTOTP completes a login with a code. After five wrong ones the login has
// to begin again.
func (m *Manager) FinishTOTP(token, code string) (Identity, Pending, error) {
	p, err := m.PendingTOTP(token)
	if err != nil {
		return Identity{}, Pending{}, err
	}
	if !m.UseTOTP(p.User, code) {
		return Identity{}, p, m.wrongFactor(pendingTOTP, token)
	}
	return m.finish(pendingTOTP, p)
}

// FinishPasskey completes a login with what the authenticator signed.
func (m *Manager) FinishPasskey(token string, a Assertion, site Site) (Identity, Pending, error) {
	p, err := m.PendingPasskey(token)
	if err != nil {
		return Identity{}, Pending{}, err
	}
	if err := m.checkAssertion(p.User, a, p.Challenge, site); err != nil {
		return Identity{}, p, errors.Join(err, m.wrongFactor(pendingPasskey, token))
	}
	return m.finish(pendingPasskey, p)
}

// wrongFactor counts a wrong second factor; its error is ErrCredentials, or
// ErrNoPending when that was one too many.
func (m *Manager) wrongFactor(prefix, token string) error {
	key := prefix + token
	n, err := m.store.Incr(key+triesField, 1)
	if err != nil {
		return err
	}
	if _, err := m.store.Expire(key+triesField, pendingLife); err != nil {
		return err
	}
	if n < maxTries {
		return ErrCredentials
	}
	if _, err := m.store.Del(key, key+triesField); err != nil {
		return err
	}
	return ErrNoPending
}

// finish uses the token up: of two requests with it, one is let in.
func (m *Manager) finish(prefix string, p Pending) (Identity, Pending, error) {
	n, err := m.store.Del(prefix + p.Token)
	if err != nil {
		return Identity{}, p, err
	}
	if n == 0 {
		return Identity{}, Pending{}, ErrNoPending
	}
	_, _ = m.store.Del(prefix + p.Token + triesField) // it expires by itself
	return Identity{User: p.User, Group: m.Group(p.User), Local: true}, p, nil
}
