package dpi

import (
	"bytes"
	"crypto/sha1"
	"strings"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
)

// certificate is what is read from an X.509 certificate (RFC 5280). It is read
// leniently: a field that makes no sense is left empty.
type certificate struct {
	issuer, subject     string   // "C=US, O=Example, CN=example.com"
	notBefore, notAfter int64    // Unix seconds
	names               []string // alternative names, else the common name
	altNames            bool     // names are alternative names
	selfSigned          bool
	sha1                [20]byte // of the whole, filled where somebody may ask for it
}

var (
	oidCommonName = []byte{0x55, 4, 3}
	oidAltName    = []byte{0x55, 29, 17}
)

// attributeNames are the short names of RFC 4514 for X.520 attributes (2.5.4.x).
var attributeNames = map[byte]string{3: "CN", 6: "C", 7: "L", 8: "ST", 10: "O", 11: "OU"}

func parseCertificate(der []byte) (out certificate, ok bool) {
	out.sha1 = sha1.Sum(der)
	in := cryptobyte.String(der)
	var cert, tbs, issuer, subject, validity cryptobyte.String
	if !in.ReadASN1(&cert, asn1.SEQUENCE) || !cert.ReadASN1(&tbs, asn1.SEQUENCE) {
		return out, false
	}
	version := asn1.Tag(0).ContextSpecific().Constructed()
	if !tbs.SkipOptionalASN1(version) || !tbs.SkipASN1(asn1.INTEGER) || !tbs.SkipASN1(asn1.SEQUENCE) ||
		!tbs.ReadASN1(&issuer, asn1.SEQUENCE) || !tbs.ReadASN1(&validity, asn1.SEQUENCE) || !tbs.ReadASN1(&subject, asn1.SEQUENCE) {
		return out, false
	}
	out.selfSigned = bytes.Equal(issuer, subject) && len(issuer) > 0
	out.issuer, _ = distinguishedName(issuer)
	var common string
	out.subject, common = distinguishedName(subject)
	out.notBefore, out.notAfter = asn1Time(&validity), asn1Time(&validity)
	if tbs.SkipASN1(asn1.SEQUENCE) { // public key
		out.names = altNames(tbs)
		out.altNames = len(out.names) > 0
	}
	if len(out.names) == 0 && common != "" {
		out.names = []string{common}
	}
	return out, true
}

func distinguishedName(in cryptobyte.String) (text, common string) {
	var parts []string
	for !in.Empty() {
		var set cryptobyte.String
		if !in.ReadASN1(&set, asn1.SET) {
			break
		}
		for !set.Empty() {
			var attr, oid, value cryptobyte.String
			var tag asn1.Tag
			if !set.ReadASN1(&attr, asn1.SEQUENCE) || !attr.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || !attr.ReadAnyASN1(&value, &tag) {
				break
			}
			if bytes.Equal(oid, oidCommonName) {
				common = string(value)
			}
			if len(oid) == 3 && oid[0] == 0x55 && oid[1] == 4 && attributeNames[oid[2]] != "" {
				parts = append(parts, attributeNames[oid[2]]+"="+strings.ToValidUTF8(string(value), "?"))
			}
		}
	}
	return strings.Join(parts, ", "), common
}

func asn1Time(in *cryptobyte.String) int64 {
	var value cryptobyte.String
	var tag asn1.Tag
	if !in.ReadAnyASN1(&value, &tag) {
		return 0
	}
	s := string(value)
	for _, layout := range []string{"060102150405Z0700", "0601021504Z0700", "20060102150405Z0700"} {
		if t, err := time.Parse(layout, s); err == nil {
			if tag == asn1.UTCTime && t.Year() >= 2050 { // RFC 5280, 4.1.2.5.1
				t = t.AddDate(-100, 0, 0)
			}
			return t.Unix()
		}
	}
	return 0
}

// altNames reads the DNS names of the subject alternative name extension.
func altNames(tbs cryptobyte.String) (names []string) {
	var wrapped, exts cryptobyte.String
	present := false
	for _, n := range []asn1.Tag{1, 2} {
		if !tbs.SkipOptionalASN1(n.ContextSpecific()) {
			return nil
		}
	}
	if !tbs.ReadOptionalASN1(&wrapped, &present, asn1.Tag(3).ContextSpecific().Constructed()) || !present || !wrapped.ReadASN1(&exts, asn1.SEQUENCE) {
		return nil
	}
	for !exts.Empty() {
		var ext, oid, body, list cryptobyte.String
		if !exts.ReadASN1(&ext, asn1.SEQUENCE) || !ext.ReadASN1(&oid, asn1.OBJECT_IDENTIFIER) || !ext.SkipOptionalASN1(asn1.BOOLEAN) || !ext.ReadASN1(&body, asn1.OCTET_STRING) {
			return names
		}
		if !bytes.Equal(oid, oidAltName) || !body.ReadASN1(&list, asn1.SEQUENCE) {
			continue
		}
		for !list.Empty() && len(names) < 128 {
			var name cryptobyte.String
			var tag asn1.Tag
			if !list.ReadAnyASN1(&name, &tag) {
				return names
			}
			if tag == asn1.Tag(2).ContextSpecific() { // dNSName
				names = append(names, hostText(name))
			}
		}
	}
	return names
}

// covers reports whether one of the names stands for host, with one wildcard
// label at the front (RFC 6125).
func (c *certificate) covers(host string) bool {
	for _, n := range c.names {
		if n == host {
			return true
		}
		if strings.HasPrefix(n, "*.") {
			if i := strings.IndexByte(host, '.'); i > 0 && host[i:] == n[1:] {
				return true
			}
			if host == n[2:] {
				return true
			}
		}
	}
	return false
}
