package dpi

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/hex"
	"sync"
)

// QUIC versions with a fixed meaning (RFC 9000, RFC 9369 and the drafts before
// them; Google's "Q0xx" and "T05x"; Facebook's mvfst).
const (
	quicV1    = 0x00000001
	quicV2    = 0x6b3343cf
	quicQ046  = 0x51303436
	quicQ050  = 0x51303530
	quicT050  = 0x54303530
	quicT051  = 0x54303531
	mvfst22   = 0xfaceb001
	mvfst27   = 0xfaceb002
	mvfstExp  = 0xfaceb00e
	quicDraft = 0xff0000 // upper three bytes of draft versions
)

// Salts of the Initial secrets: RFC 9001 and RFC 9369, section 5.2 and 3.3.1,
// the same section of the drafts, and Google's own.
var quicSalts = struct{ v1, v2, d29, d23, d21, q050, t050, t051 []byte }{
	v1:   unhex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"),
	v2:   unhex("0dede3def700a6db819381be6e269dcbf9bd2ed9"),
	d29:  unhex("afbfec289993d24c9e9786f19c6111e04390a899"),
	d23:  unhex("c3eef712c72ebb5a11a7d2432bb46365bef9f502"),
	d21:  unhex("7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a"),
	q050: unhex("504574efd066fe2f9d945cfcdbd3a7f0d3b56b45"),
	t050: unhex("7ff579e5acd07291558030 4c43a2367c60488310"),
	t051: unhex("7a4edef4e7ccee5fa4506c19124fc8ccda6e033d"),
}

func unhex(s string) []byte {
	clean := make([]byte, 0, len(s))
	for i := range len(s) {
		if s[i] != ' ' {
			clean = append(clean, s[i])
		}
	}
	b, err := hex.DecodeString(string(clean))
	if err != nil {
		panic(err)
	}
	return b
}

// draft returns the IETF draft a version follows; 0 when it follows none.
func draft(v uint32) int {
	switch {
	case v>>8 == quicDraft:
		return int(v & 0xff)
	case v == quicV1, forcedNegotiation(v):
		return 34
	case v == quicV2:
		return 100
	case v == mvfst22:
		return 22
	case v == mvfst27, v == mvfstExp:
		return 27
	}
	return 0
}

// forcedNegotiation reports the versions reserved to exercise version
// negotiation (RFC 9000, section 15).
func forcedNegotiation(v uint32) bool { return v&0x0f0f0f0f == 0x0a0a0a0a }

// quicSalt returns the salt of a version, nil when it has none.
func quicSalt(v uint32) []byte {
	switch v {
	case quicQ050:
		return quicSalts.q050
	case quicT050:
		return quicSalts.t050
	case quicT051:
		return quicSalts.t051
	}
	switch d := draft(v); {
	case d == 0 || d < 19:
		return nil
	case d <= 22:
		return quicSalts.d21
	case d <= 28:
		return quicSalts.d23
	case d <= 32:
		return quicSalts.d29
	case d <= 34:
		return quicSalts.v1
	}
	return quicSalts.v2
}

// quicKeys open the client's Initial packets.
type quicKeys struct {
	aead       cipher.AEAD
	hp         cipher.Block
	iv         [12]byte
	fromClient bool // the direction of the flow whose packets they open
}

// newQUICKeys derives the client's Initial keys from the connection id that the
// client chose (RFC 9001, section 5.2).
func newQUICKeys(version uint32, dcid []byte) *quicKeys {
	salt := quicSalt(version)
	if salt == nil || len(dcid) > 20 {
		return nil
	}
	prefix := "quic "
	if version == quicV2 {
		prefix = "quicv2 "
	}
	h := hashers.Get().(*hasher)
	defer hashers.Put(h)
	initial := h.hmac(salt, dcid) // HKDF-Extract, RFC 5869
	secret := h.expandLabel(&initial, "client in", sha256.Size)
	key, iv, hp := h.expandLabel(&secret, prefix+"key", 16), h.expandLabel(&secret, prefix+"iv", 12), h.expandLabel(&secret, prefix+"hp", 16)
	block, err := aes.NewCipher(key[:16])
	if err != nil {
		return nil
	}
	k := &quicKeys{iv: [12]byte(iv[:])}
	if k.hp, err = aes.NewCipher(hp[:16]); err != nil {
		return nil
	}
	if k.aead, err = cipher.NewGCM(block); err != nil {
		return nil
	}
	return k
}

// expandLabel is the first block of HKDF-Expand-Label of RFC 8446, section 7.1,
// without context, for n bytes of it.
func (h *hasher) expandLabel(secret *[sha256.Size]byte, label string, n int) [sha256.Size]byte {
	var room [64]byte
	info := append(append(room[:0], byte(n>>8), byte(n), byte(6+len(label))), "tls13 "...)
	return h.hmac(secret[:], append(append(info, label...), 0, 1))
}

// hmac is the HMAC of a message of 64 bytes at most under a key of 64 at most (RFC 2104),
// with SHA-256. Five are needed for the keys of a connection; those of the library
// allocate two hashes each.
func (h *hasher) hmac(key, message []byte) [sha256.Size]byte {
	var inner, outer [2 * sha256.BlockSize]byte
	for n := range sha256.BlockSize {
		inner[n], outer[n] = 0x36, 0x5c
	}
	for n, x := range key {
		inner[n] ^= x
		outer[n] ^= x
	}
	sum := h.of(inner[:sha256.BlockSize+copy(inner[sha256.BlockSize:], message)])
	return h.of(outer[:sha256.BlockSize+copy(outer[sha256.BlockSize:], sum[:])])
}

// quicRoom is the memory that opening a packet takes.
type quicRoom struct {
	mask        [16]byte
	nonce       [12]byte
	head, plain []byte
}

var quicRooms = sync.Pool{New: func() any { return &quicRoom{plain: make([]byte, 0, 1500)} }}

// open removes header and packet protection (RFC 9001, sections 5.3 and 5.4) and has
// use look at the payload, which is nobody's afterwards. packet runs from the first byte
// to the end of the protected payload, pn is the offset of the packet number. packet is
// not changed.
func (k *quicKeys) open(packet []byte, pn int, use func(plain []byte)) bool {
	if len(packet) < pn+4+16 {
		return false
	}
	r := quicRooms.Get().(*quicRoom)
	defer quicRooms.Put(r)
	k.hp.Encrypt(r.mask[:], packet[pn+4:pn+20])
	r.head = append(r.head[:0], packet[:pn+4]...)
	head := r.head
	head[0] ^= r.mask[0] & 0x0f
	n := int(head[0]&3) + 1
	var number uint32
	for i := range n {
		head[pn+i] ^= r.mask[1+i]
		number = number<<8 | uint32(head[pn+i])
	}
	r.nonce = k.iv
	for i := range 4 {
		r.nonce[11-i] ^= byte(number >> (8 * i))
	}
	plain, err := k.aead.Open(r.plain[:0], r.nonce[:], packet[pn+n:], head[:pn+n])
	if err != nil {
		return false
	}
	r.plain = plain
	use(plain)
	return true
}
