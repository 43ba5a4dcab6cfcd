package users

import (
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// Time-based one-time passwords (RFC 6238): six digits, 30 seconds, SHA-1, one
// period of clock skew to either side. Secrets are kept in base 32, as in the
// original.
const (
	totpSecretBytes = 20
	totpPeriod      = 30
	totpIssuer      = "ntopng"
	totpUsedPrefix  = "ntopng.cache.totp_used."
)

// NewTOTPSecret is a random secret in base 32.
func (m *Manager) NewTOTPSecret() (string, error) {
	source := m.cfg.Random
	if source == nil {
		source = rand.Reader
	}
	var raw [totpSecretBytes]byte
	if _, err := io.ReadFull(source, raw[:]); err != nil {
		return "", fmt.Errorf("one-time password secret: %w", err)
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw[:]), nil
}

// SetTOTPSecret stores the secret of an account; what is not base 32 is refused.
func (m *Manager) SetTOTPSecret(name, secret string) error {
	if !m.Exists(name) {
		return fmt.Errorf("%w: %s", ErrNoUser, name)
	}
	if secret != "" {
		if _, err := totp.GenerateCode(secret, time.Now()); err != nil {
			return fmt.Errorf("user %s: the one-time password secret is not base 32", name)
		}
	}
	return m.SetField(name, "totp_secret", secret)
}

// TOTPSecret is the secret of an account, "" when it has none.
func (m *Manager) TOTPSecret(name string) string { return m.Field(name, "totp_secret") }

// SetTOTPEnabled says whether a login of the account asks for a code.
func (m *Manager) SetTOTPEnabled(name string, on bool) error {
	if !m.Exists(name) {
		return fmt.Errorf("%w: %s", ErrNoUser, name)
	}
	value := "0"
	if on {
		value = "1"
	}
	return m.SetField(name, "totp_enabled", value)
}

// TOTPEnabled says whether a login of the account asks for a code.
func (m *Manager) TOTPEnabled(name string) bool { return m.Field(name, "totp_enabled") == "1" }

// CheckTOTP says whether a code is the account's at this time.
func (m *Manager) CheckTOTP(name, code string) bool {
	secret := m.TOTPSecret(name)
	if secret == "" || len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return false
	}
	ok, err := totp.ValidateCustom(code, secret, time.Now(), totp.ValidateOpts{Period: totpPeriod, Skew: 1,
		Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	return ok && err == nil
}

// UseTOTP is CheckTOTP for a login: a code that was used cannot be used again.
func (m *Manager) UseTOTP(name, code string) bool {
	if !m.CheckTOTP(name, code) {
		return false
	}
	key := totpUsedPrefix + name + "." + code
	fresh, err := m.store.SetNX(key, "1")
	if err != nil || !fresh {
		return false
	}
	_, err = m.store.Expire(key, 3*totpPeriod*time.Second)
	return err == nil
}

// TOTPURI is what an authenticator scans, "" without a secret.
func (m *Manager) TOTPURI(name string) string {
	secret := m.TOTPSecret(name)
	if secret == "" {
		return ""
	}
	return "otpauth://totp/" + totpIssuer + ":" + url.PathEscape(name) + "?secret=" + secret + "&issuer=" + totpIssuer +
		"&digits=6&period=30"
}
