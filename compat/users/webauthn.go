package users

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/fxamacker/cbor/v2"
)

// Passkeys: WebAuthn level 2 with ES256 keys on P-256 and attestation "none".
// The original keeps a credential as id|x|y|count|name under
// webauthn_cred_<n>, and their number under webauthn_cred_count; both are kept,
// so that passkeys survive the change from one program to the other.
const (
	maxPasskeys     = 10
	passkeyCount    = "webauthn_cred_count"
	passkeyField    = "webauthn_cred_"
	registerPrefix  = "webauthn.reg."
	registerLife    = 5 * time.Minute
	challengeBytes  = 32
	defaultKeyName  = "Passkey"
	userPresent     = 0x01 // flags of authenticator data
	attestedData    = 0x40
	authDataHead    = 37 // hash of the site, flags, counter
	attestedHead    = 18 // model of the authenticator, length of the id
	coordinateBytes = 32
)

// errPasskey is every reason why a passkey is not accepted.
var errPasskey = errors.New("passkey refused")

// Passkey is a registered credential.
type Passkey struct {
	ID    string `json:"id"` // base64url
	Name  string `json:"name"`
	Count uint32 `json:"sign_count"`
	x, y  []byte
}

// Site is where the browser says the key is used: the origin with its scheme,
// and the domain that the key is bound to.
type Site struct{ Origin, Domain string }

// Assertion is an answer of navigator.credentials.get, in base64url.
type Assertion struct{ ID, ClientData, AuthData, Signature string }

func (m *Manager) challenge() (string, error) {
	source := m.cfg.Random
	if source == nil {
		source = rand.Reader
	}
	var raw [challengeBytes]byte
	if _, err := io.ReadFull(source, raw[:]); err != nil {
		return "", fmt.Errorf("challenge: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(raw[:]), nil
}

// BeginRegistration makes the challenge that a new passkey of an account signs.
func (m *Manager) BeginRegistration(name string) (challenge string, err error) {
	if challenge, err = m.challenge(); err != nil {
		return "", err
	}
	if err := m.store.SetEx(registerPrefix+challenge, name, registerLife); err != nil {
		return "", fmt.Errorf("keep the challenge of %s: %w", name, err)
	}
	return challenge, nil
}

// FinishRegistration verifies a new passkey and stores it. The challenge is used
// up whatever the outcome.
func (m *Manager) FinishRegistration(name, keyName, id, clientData, attestation, challenge string, site Site) error {
	owner, ok, err := m.store.Get(registerPrefix + challenge)
	if err != nil {
		return err
	}
	if !ok || owner != name {
		return fmt.Errorf("%w: no such registration", errPasskey)
	}
	if _, err := m.store.Del(registerPrefix + challenge); err != nil {
		return err
	}
	if _, err := checkClientData(clientData, "webauthn.create", challenge, site.Origin); err != nil {
		return err
	}
	raw, err := fromBase64(attestation)
	if err != nil {
		return err
	}
	var object struct {
		AuthData []byte `cbor:"authData"`
	}
	if err := cbor.Unmarshal(raw, &object); err != nil {
		return fmt.Errorf("%w: attestation: %v", errPasskey, err)
	}
	count, err := checkAuthData(object.AuthData, site.Domain)
	if err != nil {
		return err
	}
	key, err := attestedKey(object.AuthData, id)
	if err != nil {
		return err
	}
	if keyName == "" {
		keyName = defaultKeyName
	}
	key.Name, key.Count = strings.ReplaceAll(keyName, "|", " "), count
	return m.addPasskey(name, key)
}

// clientData is what the browser says it signed for.
type clientData struct {
	Type      string `json:"type"`
	Challenge string `json:"challenge"`
	Origin    string `json:"origin"`
}

// checkClientData returns the raw text that the signature covers.
func checkClientData(encoded, kind, challenge, origin string) ([]byte, error) {
	raw, err := fromBase64(encoded)
	if err != nil {
		return nil, err
	}
	var d clientData
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fmt.Errorf("%w: client data: %v", errPasskey, err)
	}
	got, err := fromBase64(d.Challenge)
	if err != nil {
		return nil, err
	}
	want, err := fromBase64(challenge)
	if err != nil {
		return nil, err
	}
	switch {
	case d.Type != kind:
		return nil, fmt.Errorf("%w: client data is for %q", errPasskey, d.Type)
	case len(want) == 0 || !bytes.Equal(got, want):
		return nil, fmt.Errorf("%w: another challenge", errPasskey)
	case d.Origin != origin:
		return nil, fmt.Errorf("%w: the origin is %q, not %q", errPasskey, d.Origin, origin)
	}
	return raw, nil
}

// checkAuthData checks the fixed head of authenticator data and returns the
// signature counter.
func checkAuthData(d []byte, domain string) (uint32, error) {
	if len(d) < authDataHead {
		return 0, fmt.Errorf("%w: authenticator data is too short", errPasskey)
	}
	if hash := sha256.Sum256([]byte(domain)); !bytes.Equal(d[:32], hash[:]) {
		return 0, fmt.Errorf("%w: the key is bound to another site", errPasskey)
	}
	if d[32]&userPresent == 0 {
		return 0, fmt.Errorf("%w: nobody was present", errPasskey)
	}
	return binary.BigEndian.Uint32(d[33:authDataHead]), nil
}

// attestedKey reads the public key of a new credential (RFC 9052: an EC2 key on
// P-256 for ES256) and checks that it lies on the curve.
func attestedKey(d []byte, id string) (Passkey, error) {
	if d[32]&attestedData == 0 || len(d) < authDataHead+attestedHead {
		return Passkey{}, fmt.Errorf("%w: no credential in the attestation", errPasskey)
	}
	d = d[authDataHead+attestedHead-2:]
	n := int(binary.BigEndian.Uint16(d))
	if len(d) < 2+n {
		return Passkey{}, fmt.Errorf("%w: truncated credential id", errPasskey)
	}
	want, err := fromBase64(id)
	if err != nil {
		return Passkey{}, err
	}
	if !bytes.Equal(want, d[2:2+n]) {
		return Passkey{}, fmt.Errorf("%w: the credential has another id", errPasskey)
	}
	var key struct {
		Kind  int    `cbor:"1,keyasint"`
		Alg   int    `cbor:"3,keyasint"`
		Curve int    `cbor:"-1,keyasint"`
		X     []byte `cbor:"-2,keyasint"`
		Y     []byte `cbor:"-3,keyasint"`
	}
	if _, err := cbor.UnmarshalFirst(d[2+n:], &key); err != nil {
		return Passkey{}, fmt.Errorf("%w: public key: %v", errPasskey, err)
	}
	k := Passkey{ID: id, x: key.X, y: key.Y}
	if key.Kind != 2 || key.Alg != -7 || key.Curve != 1 || k.public() == nil {
		return Passkey{}, fmt.Errorf("%w: only ES256 keys on P-256 are known", errPasskey)
	}
	return k, nil
}

// public is the key for verification, nil when it is not on the curve.
func (p Passkey) public() *ecdsa.PublicKey {
	if len(p.x) != coordinateBytes || len(p.y) != coordinateBytes {
		return nil
	}
	point := append(append([]byte{4}, p.x...), p.y...)
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil
	}
	return key
}

// checkAssertion verifies a login by passkey and moves its counter on.
func (m *Manager) checkAssertion(name string, a Assertion, challenge string, site Site) error {
	client, err := checkClientData(a.ClientData, "webauthn.get", challenge, site.Origin)
	if err != nil {
		return err
	}
	auth, err := fromBase64(a.AuthData)
	if err != nil {
		return err
	}
	signature, err := fromBase64(a.Signature)
	if err != nil {
		return err
	}
	count, err := checkAuthData(auth, site.Domain)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	keys := m.Passkeys(name)
	for i, k := range keys {
		if k.ID != a.ID {
			continue
		}
		if k.Count > 0 && count <= k.Count {
			return fmt.Errorf("%w: its counter went back, it may be a copy", errPasskey)
		}
		hash := sha256.Sum256(client)
		digest := sha256.Sum256(append(append([]byte{}, auth...), hash[:]...))
		public := k.public()
		if public == nil || !ecdsa.VerifyASN1(public, digest[:], signature) {
			return fmt.Errorf("%w: wrong signature", errPasskey)
		}
		k.Count = count
		return m.storePasskey(name, i, k)
	}
	return fmt.Errorf("%w: unknown key", errPasskey)
}

// Passkeys are the credentials of an account, oldest first.
func (m *Manager) Passkeys(name string) []Passkey {
	n, _ := strconv.Atoi(m.Field(name, passkeyCount))
	out := []Passkey{}
	for i := range min(max(n, 0), maxPasskeys) {
		f := strings.SplitN(m.Field(name, passkeyField+strconv.Itoa(i)), "|", 5)
		if len(f) != 5 {
			continue
		}
		x, err1 := hex.DecodeString(f[1])
		y, err2 := hex.DecodeString(f[2])
		count, err3 := strconv.ParseUint(f[3], 10, 32)
		if errors.Join(err1, err2, err3) != nil {
			continue
		}
		out = append(out, Passkey{ID: f[0], x: x, y: y, Count: uint32(count), Name: f[4]})
	}
	return out
}

func (m *Manager) storePasskey(name string, i int, k Passkey) error {
	return m.SetField(name, passkeyField+strconv.Itoa(i), strings.Join([]string{k.ID, hex.EncodeToString(k.x),
		hex.EncodeToString(k.y), strconv.FormatUint(uint64(k.Count), 10), k.Name}, "|"))
}

func (m *Manager) addPasskey(name string, k Passkey) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	keys := m.Passkeys(name)
	if len(keys) >= maxPasskeys {
		return fmt.Errorf("%w: there are %d already", errPasskey, maxPasskeys)
	}
	for _, old := range keys {
		if old.ID == k.ID {
			return fmt.Errorf("%w: it is registered already", errPasskey)
		}
	}
	return m.replacePasskeys(name, append(keys, k), len(keys))
}

// DeletePasskey removes a credential; an unknown one is an error.
func (m *Manager) DeletePasskey(name, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	keys := m.Passkeys(name)
	for i, k := range keys {
		if k.ID == id {
			return m.replacePasskeys(name, append(keys[:i:i], keys[i+1:]...), len(keys))
		}
	}
	return fmt.Errorf("%w: unknown key", errPasskey)
}

// replacePasskeys writes all credentials of an account that had old of them.
func (m *Manager) replacePasskeys(name string, keys []Passkey, old int) error {
	for i, k := range keys {
		if err := m.storePasskey(name, i, k); err != nil {
			return err
		}
	}
	for i := len(keys); i < old; i++ {
		if err := m.SetField(name, passkeyField+strconv.Itoa(i), ""); err != nil {
			return err
		}
	}
	return m.SetField(name, passkeyCount, strconv.Itoa(len(keys)))
}

// fromBase64 reads both alphabets, with or without padding.
func fromBase64(s string) ([]byte, error) {
	s = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(s, "="))
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, fmt.Errorf("%w: base64: %v", errPasskey, err)
	}
	return b, nil
}
