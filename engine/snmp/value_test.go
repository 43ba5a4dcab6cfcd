package snmp

import (
	"testing"

	"github.com/gosnmp/gosnmp"
)

func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind  gosnmp.Asn1BER
		value any
		want  string
		ok    bool
	}{
		{gosnmp.Integer, -5, "-5", true},
		{gosnmp.Counter64, uint64(1 << 63), "9223372036854775808", true},
		{gosnmp.TimeTicks, uint32(7), "7", true},
		{gosnmp.OctetString, []byte("eth0\n"), "eth0\n", true},
		{gosnmp.OctetString, []byte{10, 0, 0, 1}, "10.0.0.1", true},
		{gosnmp.OctetString, []byte{0, 0x1b, 0xAB}, "00 1B AB", true},
		{gosnmp.OctetString, []byte{}, "", true},
		{gosnmp.ObjectIdentifier, ".1.3.6", "1.3.6", true},
		{gosnmp.IPAddress, "192.0.2.1", "192.0.2.1", true},
		{gosnmp.OpaqueFloat, float32(1.5), "1.5", true},
		{gosnmp.NoSuchObject, nil, "", false},
		{gosnmp.Null, nil, "", false},
	} {
		if got, ok := text(gosnmp.SnmpPDU{Type: c.kind, Value: c.value}); got != c.want || ok != c.ok {
			t.Errorf("%v %v = %q %t", c.kind, c.value, got, ok)
		}
	}
}

func TestAssignments(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, value string
		want        any
	}{
		{"i", "-3", -3}, {"u", "3", uint32(3)}, {"c", "4", uint32(4)}, {"t", "5", uint32(5)}, {"U", "6", uint64(6)}, {"a", "192.0.2.1", "192.0.2.1"},
		{"o", "1.3.6", ".1.3.6"}, {"s", "text", "text"}, {"x", "00 1b:AB", "\x00\x1b\xab"}, {"d", "1.2 3", "\x01\x02\x03"}, {"b", "0 9", "\x80\x40"},
	} {
		_, got, err := Assignment{Type: c.kind, Value: c.value}.value()
		if b, ok := got.([]byte); ok {
			got = string(b)
		}
		if err != nil || got != c.want {
			t.Errorf("%s %s: %v %v", c.kind, c.value, got, err)
		}
	}
	for _, bad := range []Assignment{{Type: "i", Value: "x"}, {Type: "u", Value: "-1"}, {Type: "a", Value: "::1"}, {Type: "o", Value: "a"},
		{Type: "x", Value: "0"}, {Type: "d", Value: "300"}, {Type: "b", Value: "x"}, {Type: "", Value: "1"}} {
		if _, v, err := bad.value(); err == nil {
			t.Errorf("%+v gives %v", bad, v)
		}
	}
}
