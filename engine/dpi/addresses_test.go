package dpi

import (
	"net/netip"
	"testing"

	"ntopgo/engine/decode"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	nets, err := parseNetworks("10.0.0.0/8 7\n10.0.0.0/8 1\n10.1.0.0/16 2\n10.1.2.3/32 3\n255.255.255.0/24 4\n2001:db8::/32 9\n2001:db8::/32 5\n2001:db8:1::/48 6\n")
	if err != nil {
		t.Fatal(err)
	}
	a := newAddressTable(nets)
	for addr, want := range map[string]uint16{
		"9.255.255.255": 0, "10.0.0.0": 1, "10.0.255.255": 1, "10.1.0.0": 2, "10.1.2.2": 2, "10.1.2.3": 3, "10.1.2.4": 2,
		"10.2.0.0": 1, "10.255.255.255": 1, "11.0.0.0": 0, "255.255.255.255": 4, "2001:db7:ffff::": 0, "2001:db8::1": 5,
		"2001:db8:1::": 6, "2001:db8:1:ffff::": 6, "2001:db8:2::": 5, "2001:db9::": 0, "::": 0, "0.0.0.0": 0,
	} {
		if got := a.find(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s belongs to %d, want %d", addr, got, want)
		}
	}
	if got := a.find(netip.Addr{}); got != 0 {
		t.Errorf("no address belongs to %d", got)
	}
	for _, bad := range []string{"10.0.0.0/33 1\n", "10.0.0.0/8 x\n", "10.0.0.0/8\n"} {
		if _, err := parseNetworks(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
	for _, bad := range []string{"x 10.0.0.0/8\n", "1 10.0.0.0/8 10.0.0\n", "1 10.0.0.0/33\n"} {
		if _, err := parseOperators(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

// TestBuiltinAddresses looks networks up that operators publish.
func TestBuiltinAddresses(t *testing.T) {
	t.Parallel()
	a, err := builtinAddresses()
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]uint16{
		"35.190.247.13": idGoogle, "8.8.8.8": idGoogle, "149.154.175.50": idTelegram, "157.240.1.35": idFacebook,
		"2607:f8b0:4005:805::200e": idGoogle, "2a03:2880:f12f:83:face:b00c:0:25de": idFacebook, "192.0.2.1": 0, "10.1.2.3": 0,
	} {
		if got := a.find(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s belongs to %d, want %d", addr, got, want)
		}
	}
}

// TestTelegramNetworks: what is encrypted from the first byte is told by whose
// network it goes to; what dissectors know stays theirs.
func TestTelegramNetworks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		server, text, want string
		how                Confidence
	}{
		{"149.154.167.91", "\x2f\x46\x2b\x22\x36\x72\x97\x47\xe0\x36\x0a\x9a", "Telegram", ConfidenceIP},
		{"149.154.167.91", "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", "HTTP", ConfidenceDPI},
		{"192.0.2.1", "\x2f\x46\x2b\x22\x36\x72\x97\x47\xe0\x36\x0a\x9a", "TLS", ConfidencePort},
	} {
		v := converse(t, newEngine(t, Config{}), decode.ProtoTCP, 443)
		v.t.Server = netip.MustParseAddr(c.server)
		v.say(c.text).want(t, c.want, c.how)
	}
}

// TestEntropyOfTheLast: among the first packets of a flow that nobody names, one
// without payload takes the suspicion back that the payload before it raised.
func TestEntropyOfTheLast(t *testing.T) {
	t.Parallel()
	noise := make([]byte, 200)
	for i := range noise {
		noise[i] = byte(i*167 + i*i*31)
	}
	for ack, want := range map[bool]bool{false: true, true: false} {
		v := converse(t, newEngine(t, Config{}), decode.ProtoTCP, 40001)
		v.send(true, noise)
		v.send(false, noise)
		if ack {
			v.send(true, nil)
		}
		v.e.GiveUp(v.s, v.t)
		if got := v.risk(riskSuspiciousEntropy); got != want {
			t.Errorf("an acknowledgement at the end: %v: marked %v", ack, got)
		}
	}
}
