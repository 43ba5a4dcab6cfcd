package dpi

import (
	"crypto/md5"
	"encoding/hex"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/crypto/cryptobyte"

	"ntopgo/engine/memory"
)

// Handshake message types and extensions (RFC 8446, RFC 5246, RFC 6066,
// RFC 7301).
const (
	hsClientHello = 1
	hsServerHello = 2
	hsCertificate = 11

	extServerName   = 0
	extGroups       = 10 // RFC 8422, RFC 8446
	extPoints       = 11
	extSigAlgs      = 13
	extPadding      = 21
	extSRTP         = 14
	extALPN         = 16
	extSupportedVer = 43
	extESNI         = 0xffce // draft-ietf-tls-esni-02
	extECH          = 0xfe0d
	extQUICParams   = 57
)

// clientHello is what is read from a ClientHello. Its lists lie in its own
// space as long as that lasts.
type clientHello struct {
	version    uint16
	ciphers    []uint16
	extensions []uint16
	sigAlgs    []uint16
	versions   []uint16
	sni        string
	hasSNI     bool
	alpn       []string
	esni       bool
	srtp       bool // use_srtp (RFC 5764): a WebRTC call
	groups     []uint16
	points     []byte
	padding    int  // bytes of the padding extension (RFC 7685)
	cut        bool // an extension runs beyond its list

	space [160]uint16
	used  int // of space
	names [4]string
}

var hellos = sync.Pool{New: func() any { return memory.New[clientHello]() }}

// parseHello reads the body of a ClientHello; nil for bytes that are none. dtls
// says that a cookie follows the session id (RFC 6347). Whoever is done with it
// releases it.
func parseHello(b []byte, dtls bool) *clientHello {
	h := hellos.Get().(*clientHello)
	if !h.parse(b, dtls) {
		h.release()
		return nil
	}
	return h
}

func (h *clientHello) release() {
	*h = clientHello{}
	hellos.Put(h)
}

// parse reads into h, which must be empty; it says whether b is a ClientHello.
func (h *clientHello) parse(b []byte, dtls bool) (ok bool) {
	s := cryptobyte.String(b)
	var random, session, cookie, ciphers, compression cryptobyte.String
	if !s.ReadUint16(&h.version) || !s.ReadBytes((*[]byte)(&random), 32) || !s.ReadUint8LengthPrefixed(&session) {
		return false
	}
	if dtls && !s.ReadUint8LengthPrefixed(&cookie) {
		return false
	}
	if !s.ReadUint16LengthPrefixed(&ciphers) || !s.ReadUint8LengthPrefixed(&compression) {
		return false
	}
	h.ciphers = h.list16(ciphers)
	var exts cryptobyte.String
	if s.Empty() {
		return true
	}
	if !s.ReadUint16LengthPrefixed(&exts) {
		return false
	}
	h.extensions = h.take(len(exts) / 4)[:0]
	for !exts.Empty() {
		var id uint16
		var body cryptobyte.String
		if !exts.ReadUint16(&id) || !exts.ReadUint16LengthPrefixed(&body) {
			h.cut = true
			return true // what came before is still good
		}
		h.extensions = append(h.extensions, id)
		h.extension(id, body)
	}
	return true
}

func (h *clientHello) extension(id uint16, body cryptobyte.String) {
	var list cryptobyte.String
	switch id {
	case extServerName:
		h.hasSNI = true
		if !body.ReadUint16LengthPrefixed(&list) {
			return
		}
		for !list.Empty() {
			var kind uint8
			var name cryptobyte.String
			if !list.ReadUint8(&kind) || !list.ReadUint16LengthPrefixed(&name) {
				return
			}
			if kind == 0 {
				h.sni = hostText(name)
				return
			}
		}
	case extALPN:
		if !body.ReadUint16LengthPrefixed(&list) {
			return
		}
		h.alpn = h.names[:0]
		for !list.Empty() {
			var name cryptobyte.String
			if !list.ReadUint8LengthPrefixed(&name) {
				return
			}
			h.alpn = append(h.alpn, alpnName(name))
		}
	case extSigAlgs:
		if body.ReadUint16LengthPrefixed(&list) {
			h.sigAlgs = h.list16(list)
		}
	case extSupportedVer:
		if body.ReadUint8LengthPrefixed(&list) {
			h.versions = h.list16(list)
		}
	case extGroups:
		if body.ReadUint16LengthPrefixed(&list) {
			h.groups = h.list16(list)
		}
	case extPoints:
		if body.ReadUint8LengthPrefixed(&list) {
			h.points = list
		}
	case extPadding:
		h.padding = len(body)
	case extESNI:
		h.esni = true
	case extSRTP:
		h.srtp = true
	}
}

// alpnName is b as a string; the usual ones need no memory.
func alpnName(b []byte) string {
	switch string(b) {
	case "h2":
		return "h2"
	case "http/1.1":
		return "http/1.1"
	case "h3":
		return "h3"
	}
	return string(b)
}

// hostText keeps the printable bytes of a name and lower-cases it.
func hostText(b []byte) string {
	var out strings.Builder
	out.Grow(len(b))
	for _, c := range b {
		if c <= ' ' || c >= 0x7f {
			c = '?'
		}
		out.WriteByte(lower(c))
	}
	return out.String()
}

// take returns room for n values.
func (h *clientHello) take(n int) []uint16 {
	if n > len(h.space)-h.used {
		return make([]uint16, n)
	}
	h.used += n
	return h.space[h.used-n : h.used : h.used]
}

func (h *clientHello) list16(s cryptobyte.String) []uint16 {
	out := h.take(len(s) / 2)
	for i := range out {
		out[i] = uint16(s[2*i])<<8 | uint16(s[2*i+1])
	}
	return out
}

// grease reports a reserved value that clients add at random (RFC 8701).
func grease(v uint16) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

// ja4 computes the JA4 client fingerprint as published by FoxIO
// (technical_details/JA4.md). transport is 't', 'q' or 'd'. like2024 makes it
// differ from the publication as nDPI 4.11 does, so that values match those an
// install of that time has stored: 'i' only for a numeric name, the first two
// characters of the ALPN instead of the first and last, and the numerically
// highest version even for DTLS and private versions.
func (h *clientHello) ja4(transport byte, like2024 bool) string {
	var space [3][96]uint16
	ciphers := without(space[0][:0], h.ciphers)
	exts := without(space[1][:0], h.extensions)
	name, version, alpn := byte('i'), h.newest(), ja4ALPN(h.alpn)
	if h.hasSNI {
		name = 'd'
	}
	if like2024 {
		name, version, alpn = 'd', h.highest(), ja4ALPN2024(h.alpn)
		if IsNumeric(h.sni) {
			name = 'i'
		}
	}
	b := make([]byte, 0, 64)
	b = append(b, transport)
	b = append(b, ja4Version(version)...)
	b = append(b, name)
	b = appendTwo(b, len(ciphers))
	b = appendTwo(b, len(exts))
	b = append(b, alpn...)
	slices.Sort(ciphers)
	text := appendHex(make([]byte, 0, 1024), ciphers)
	b = appendHash(append(b, '_'), text, like2024)
	exts = without(space[1][:0], h.extensions, extServerName, extALPN)
	slices.Sort(exts)
	text = appendHex(text[:0], exts)
	if len(h.sigAlgs) > 0 {
		text = appendHex(append(text, '_'), without(space[2][:0], h.sigAlgs))
	}
	if len(exts) == 0 && !like2024 {
		text = nil
	}
	return string(appendHash(append(b, '_'), text, like2024))
}

// newest is the highest version the client offers.
func (h *clientHello) newest() uint16 {
	v, found := h.version, false
	for _, o := range h.versions {
		if grease(o) {
			continue
		}
		if !found || newer(o, v) {
			v, found = o, true
		}
	}
	return v
}

// highest is the numerically highest version, as nDPI 4.11 takes it.
func (h *clientHello) highest() uint16 {
	v := h.version
	for _, o := range h.versions {
		if !grease(o) {
			v = max(v, o)
		}
	}
	return v
}

// newer compares protocol versions; DTLS counts downwards.
func newer(a, b uint16) bool {
	if a>>8 == 0xfe && b>>8 == 0xfe {
		return a < b
	}
	return a > b
}

func ja4Version(v uint16) string {
	switch v {
	case 0x0304:
		return "13"
	case 0x0303:
		return "12"
	case 0x0302:
		return "11"
	case 0x0301:
		return "10"
	case 0x0300:
		return "s3"
	case 0x0002:
		return "s2"
	case 0x0100: // DTLS before it had a standard
		return "s3"
	case 0xfeff:
		return "d1"
	case 0xfefd:
		return "d2"
	case 0xfefc:
		return "d3"
	}
	return "00"
}

func ja4ALPN(alpn []string) string {
	if len(alpn) == 0 || alpn[0] == "" {
		return "00"
	}
	first, last := alpn[0][0], alpn[0][len(alpn[0])-1]
	if !alnum(first) || !alnum(last) {
		h := hex.EncodeToString([]byte(alpn[0]))
		first, last = h[0], h[len(h)-1]
	}
	return string([]byte{first, last})
}

func ja4ALPN2024(alpn []string) string {
	first := []byte("00")
	if len(alpn) > 0 {
		copy(first, alpn[0])
	}
	if len(alpn) == 1 && len(alpn[0]) == 2 {
		first[1] = '0' // the last byte of the whole list is lost
	}
	return string(first)
}

func alnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// without appends values that are neither GREASE nor to be skipped.
func without(out, v []uint16, skip ...uint16) []uint16 {
	for _, x := range v {
		if !grease(x) && !slices.Contains(skip, x) {
			out = append(out, x)
		}
	}
	return out
}

// appendHex writes values as four hex digits each, with commas between.
func appendHex(b []byte, v []uint16) []byte {
	for i, x := range v {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, hexDigits[x>>12], hexDigits[x>>8&15], hexDigits[x>>4&15], hexDigits[x&15])
	}
	return b
}

const hexDigits = "0123456789abcdef"

func appendTwo(b []byte, n int) []byte {
	n = min(n, 99)
	return append(b, '0'+byte(n/10), '0'+byte(n%10))
}

// appendHash writes the first 12 digits of the SHA-256 of text.
func appendHash(b, text []byte, evenEmpty bool) []byte {
	if len(text) == 0 && !evenEmpty {
		return append(b, "000000000000"...)
	}
	return append(b, digest(text)...)
}

// digest is the first 12 digits of the SHA-256 of text.
func digest(text []byte) string {
	d, slot := digests.find(text)
	if d == "" {
		sum := sum256(text)
		d = remember(slot, text, hex.EncodeToString(sum[:6]))
	}
	return d
}

// md5Digits is the MD5 of text in hexadecimal.
func md5Digits(text []byte) string {
	d, slot := md5s.find(text)
	if d == "" {
		sum := md5.Sum(text)
		d = remember(slot, text, hex.EncodeToString(sum[:]))
	}
	return d
}

// hashes remembers hashes of texts. There are many more hellos than lists in
// them, so that most have been hashed before.
type hashes [512]atomic.Pointer[hashed]

type hashed struct{ text, digits string }

// find is the hash of text, "" when it is not remembered, and where it would be.
func (m *hashes) find(text []byte) (digits string, slot *atomic.Pointer[hashed]) {
	slot = &m[maphash.Bytes(hashSeed, text)%uint64(len(m))]
	if d := slot.Load(); d != nil && d.text == string(text) {
		return d.digits, slot
	}
	return "", slot
}

func remember(slot *atomic.Pointer[hashed], text []byte, digits string) string {
	slot.Store(&hashed{string(text), digits})
	return digits
}

var (
	hashSeed      = maphash.MakeSeed()
	digests, md5s hashes
)

// serverHello is what is read from a ServerHello.
type serverHello struct {
	version    uint16 // negotiated, from supported_versions when it is there
	legacy     uint16
	cipher     uint16
	extensions []uint16
	alpn       string
}

func parseServerHello(b []byte) (h serverHello, ok bool) {
	s := cryptobyte.String(b)
	var random []byte
	var session, exts cryptobyte.String
	var compression uint8
	if !s.ReadUint16(&h.legacy) || !s.ReadBytes(&random, 32) {
		return h, false
	}
	h.version = h.legacy
	if 0x7f00 < h.legacy && h.legacy <= 0x7fff { // TLS 1.3 drafts up to 21 have no session id
		if !s.ReadUint16(&h.cipher) {
			return h, false
		}
	} else if !s.ReadUint8LengthPrefixed(&session) || !s.ReadUint16(&h.cipher) || !s.ReadUint8(&compression) {
		return h, false
	}
	if s.Empty() || !s.ReadUint16LengthPrefixed(&exts) {
		return h, true
	}
	for !exts.Empty() {
		var id uint16
		var body, list, name cryptobyte.String
		if !exts.ReadUint16(&id) || !exts.ReadUint16LengthPrefixed(&body) {
			break
		}
		h.extensions = append(h.extensions, id)
		switch id {
		case extSupportedVer:
			body.ReadUint16(&h.version)
		case extALPN:
			if body.ReadUint16LengthPrefixed(&list) && list.ReadUint8LengthPrefixed(&name) {
				h.alpn = string(name)
			}
		}
	}
	return h, true
}

// ja3s computes the JA3S server fingerprint (salesforce/ja3): the MD5 of
// version, cipher and extensions in decimal.
func (h *serverHello) ja3s() string {
	b := strconv.AppendUint(make([]byte, 0, 256), uint64(h.legacy), 10)
	b = strconv.AppendUint(append(b, ','), uint64(h.cipher), 10)
	b = append(b, ',')
	for i, x := range h.extensions {
		if i > 0 {
			b = append(b, '-')
		}
		b = strconv.AppendUint(b, uint64(x), 10)
	}
	return md5Digits(b)
}

// versionName is how a version is written for people.
func versionName(v uint16) string {
	switch v {
	case 0x0304:
		return "TLSv1.3"
	case 0x0303:
		return "TLSv1.2"
	case 0x0302:
		return "TLSv1.1"
	case 0x0301:
		return "TLSv1"
	case 0x0300:
		return "SSLv3"
	case 0x0002:
		return "SSLv2"
	case 0xfeff:
		return "DTLSv1.0"
	case 0xfefd:
		return "DTLSv1.2"
	case 0xfefc:
		return "DTLSv1.3"
	}
	if v>>8 == 0x7f {
		return "TLSv1.3 (draft)"
	}
	return "Unknown (" + hex.EncodeToString([]byte{byte(v >> 8), byte(v)}) + ")"
}
