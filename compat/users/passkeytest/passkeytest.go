// Package passkeytest is an authenticator in software, for tests of passkeys.
package passkeytest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// Key is a credential for one site.
type Key struct {
	Domain, Origin string
	Count          uint32

	t   testing.TB
	key *ecdsa.PrivateKey
	id  []byte
}

// New makes a key for a site.
func New(t testing.TB, origin, domain string) *Key {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return &Key{Domain: domain, Origin: origin, t: t, key: key, id: id}
}

// ID is the credential's id in base64url.
func (k *Key) ID() string { return encode(k.id) }

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (k *Key) clientData(kind, challenge string) []byte {
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": k.Origin, "crossOrigin": false})
	if err != nil {
		k.t.Fatal(err)
	}
	return b
}

func (k *Key) authData(flags byte) []byte {
	hash := sha256.Sum256([]byte(k.Domain))
	return binary.BigEndian.AppendUint32(append(hash[:], flags), k.Count)
}

// Register answers navigator.credentials.create.
func (k *Key) Register(challenge string) (clientData, attestation string) {
	k.t.Helper()
	point, err := k.key.PublicKey.Bytes()
	if err != nil {
		k.t.Fatal(err)
	}
	cose, err := cbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})
	if err != nil {
		k.t.Fatal(err)
	}
	data := append(k.authData(0x41), make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(k.id)))
	data = append(append(data, k.id...), cose...)
	object, err := cbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": data})
	if err != nil {
		k.t.Fatal(err)
	}
	return encode(k.clientData("webauthn.create", challenge)), encode(object)
}

// Login answers navigator.credentials.get; each use counts.
func (k *Key) Login(challenge string) (clientData, authData, signature string) {
	k.t.Helper()
	k.Count++
	client, auth := k.clientData("webauthn.get", challenge), k.authData(0x01)
	hash := sha256.Sum256(client)
	digest := sha256.Sum256(append(append([]byte{}, auth...), hash[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, k.key, digest[:])
	if err != nil {
		k.t.Fatal(err)
	}
	return encode(client), encode(auth), encode(sig)
}
