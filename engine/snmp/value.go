package snmp

import (
	"encoding/hex"
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"

	"github.com/gosnmp/gosnmp"
)

// maxText is how much of an octet string is shown, in bytes.
const maxText = 511

// text is a value in ntopng's form: numbers in decimal, object identifiers
// without a leading dot, octet strings as they are when they can be printed,
// else four bytes as an address and others in hexadecimal with blanks between.
// ok is false for what the device does not have.
func text(v gosnmp.SnmpPDU) (s string, ok bool) {
	switch v.Type {
	case gosnmp.NoSuchObject, gosnmp.NoSuchInstance, gosnmp.EndOfMibView, gosnmp.Null, gosnmp.UnknownType:
		return "", false
	case gosnmp.OctetString, gosnmp.BitString, gosnmp.Opaque, gosnmp.NsapAddress:
		b, isBytes := v.Value.([]byte)
		return octets(b), isBytes
	case gosnmp.ObjectIdentifier:
		s, isText := v.Value.(string)
		return strings.TrimPrefix(s, "."), isText
	case gosnmp.IPAddress:
		s, isText := v.Value.(string)
		return s, isText
	case gosnmp.OpaqueFloat:
		f, isFloat := v.Value.(float32)
		return strconv.FormatFloat(float64(f), 'g', -1, 32), isFloat
	case gosnmp.OpaqueDouble:
		f, isFloat := v.Value.(float64)
		return strconv.FormatFloat(f, 'g', -1, 64), isFloat
	}
	return gosnmp.ToBigInt(v.Value).String(), true
}

func octets(b []byte) string {
	b = b[:min(len(b), maxText)]
	printable := true
	for _, c := range b {
		// 191 and above are letters of Windows-1252.
		if !(c >= ' ' && c < 0x7f || c >= '\t' && c <= '\r' || c >= 191) {
			printable = false
		}
	}
	switch {
	case printable:
		return string(b)
	case len(b) == 4:
		return netip.AddrFrom4([4]byte(b)).String()
	}
	var out strings.Builder
	for i, c := range b {
		if i > 0 {
			out.WriteByte(' ')
		}
		fmt.Fprintf(&out, "%02X", c)
	}
	return out.String()
}

// Assignment is an object to set, with a type letter of net-snmp's snmpset: i
// integer, u unsigned, c counter, t time ticks, a address, o object identifier,
// s text, x hexadecimal, d decimal bytes, b bits, U and C 64 bits unsigned.
type Assignment struct{ OID, Type, Value string }

// Set sets objects and returns what the device answers.
func (d Device) Set(list ...Assignment) (Values, error) {
	oids := make([]string, len(list))
	for i, a := range list {
		oids[i] = a.OID
	}
	oids, err := cleanOIDs(oids)
	if err != nil {
		return nil, err
	}
	rows := make([]gosnmp.SnmpPDU, len(list))
	for i, a := range list {
		rows[i].Name = oids[i]
		if rows[i].Type, rows[i].Value, err = a.value(); err != nil {
			return nil, fmt.Errorf("snmp: %s: type %q value %q: %w", a.OID, a.Type, a.Value, err)
		}
	}
	g, err := d.open(1)
	if err != nil {
		return nil, err
	}
	defer func() { _ = g.Conn.Close() }()
	answer, err := g.Set(rows)
	return d.values(answer, err)
}

func (a Assignment) value() (gosnmp.Asn1BER, any, error) {
	unsigned := func(kind gosnmp.Asn1BER) (gosnmp.Asn1BER, any, error) {
		n, err := strconv.ParseUint(a.Value, 10, 32)
		return kind, uint32(n), err
	}
	kind := ""
	if a.Type != "" {
		kind = a.Type[:1]
	}
	switch kind {
	case "i":
		n, err := strconv.ParseInt(a.Value, 10, 32)
		return gosnmp.Integer, int(n), err
	case "u":
		return unsigned(gosnmp.Gauge32)
	case "c":
		return unsigned(gosnmp.Counter32)
	case "t":
		return unsigned(gosnmp.TimeTicks)
	case "U", "C":
		n, err := strconv.ParseUint(a.Value, 10, 64)
		return gosnmp.Counter64, n, err
	case "a":
		addr, err := netip.ParseAddr(a.Value)
		if err == nil && !addr.Is4() {
			err = fmt.Errorf("not an IPv4 address")
		}
		return gosnmp.IPAddress, a.Value, err
	case "o":
		clean, err := cleanOIDs([]string{a.Value})
		if err != nil {
			return 0, nil, err
		}
		return gosnmp.ObjectIdentifier, clean[0], nil
	case "s":
		return gosnmp.OctetString, []byte(a.Value), nil
	case "x":
		b, err := hex.DecodeString(strings.NewReplacer(" ", "", ":", "", "0x", "").Replace(a.Value))
		return gosnmp.OctetString, b, err
	case "d":
		b, err := numbers(a.Value, math.MaxUint8)
		return gosnmp.OctetString, b, err
	case "b":
		b, err := bits(a.Value)
		return gosnmp.OctetString, b, err
	}
	return 0, nil, fmt.Errorf("unknown type")
}

// numbers reads bytes in decimal, separated by blanks or dots.
func numbers(s string, limit uint64) ([]byte, error) {
	var out []byte
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '.' || r == ',' }) {
		n, err := strconv.ParseUint(f, 10, 16)
		if err != nil || n > limit {
			return nil, fmt.Errorf("%q is no byte", f)
		}
		out = append(out, byte(n))
	}
	return out, nil
}

// bits makes the octets of BITS from the numbers of those set; bit 0 is the
// highest of the first octet.
func bits(s string) ([]byte, error) {
	set, err := numbers(s, math.MaxUint8)
	if err != nil {
		return nil, err
	}
	var out []byte
	for _, n := range set {
		for len(out) <= int(n/8) {
			out = append(out, 0)
		}
		out[n/8] |= 0x80 >> (n % 8)
	}
	return out, nil
}
