package dpi

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
)

// stunPacket builds a message of RFC 8489 from attributes.
func stunPacket(kind uint16, attributes ...[]byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, kind)
	b = append(b, 0, 0, 0x21, 0x12, 0xa4, 0x42)
	b = append(b, "transaction1"...)
	for _, a := range attributes {
		b = append(b, a...)
	}
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)-20))
	return b
}

func attribute(id uint16, value []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, id)
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func peerAttribute(at netip.AddrPort) []byte {
	v := binary.BigEndian.AppendUint16([]byte{0, 1}, at.Port()^0x2112)
	ip := at.Addr().As4()
	return attribute(stunPeer, binary.BigEndian.AppendUint32(v, binary.BigEndian.Uint32(ip[:])^stunCookie))
}

func TestCallsAreRemembered(t *testing.T) {
	t.Parallel()
	peer := netip.MustParseAddrPort("203.0.113.7:4444")
	for _, c := range []struct {
		name  string
		size  int
		later time.Duration
		want  string
		how   Confidence
	}{
		{"peer of a relayed call", 100, time.Second, "STUN.SignalVoip", ConfidenceCache},
		{"too late", 100, 3 * time.Minute, "STUN", ConfidenceDPI},
		{"without a cache", 0, time.Second, "STUN", ConfidenceDPI},
	} {
		e := newEngine(t, Config{CacheSize: c.size})
		v := converse(t, e, udp, 3478).send(true, stunPacket(8, peerAttribute(peer), attribute(stunRealm, []byte("signal.org"))))
		v.want(t, "STUN.SignalVoip", ConfidenceDPI)
		w := converse(t, e, udp, peer.Port())
		w.t.Server, w.t.CliPort = peer.Addr(), 6000
		p := w.packet(true, stunPacket(1))
		p.Time += int64(c.later)
		e.Feed(w.s, w.t, p, true)
		t.Log(c.name)
		w.want(t, c.want, c.how)
	}
}

func TestStunCacheIsBounded(t *testing.T) {
	t.Parallel()
	e := newEngine(t, Config{CacheSize: 10})
	for i := range 100 {
		v := converse(t, e, udp, 3478)
		v.t.CliPort = uint16(1000 + i)
		v.send(true, stunPacket(8, attribute(stunRealm, []byte("signal.org"))))
	}
	if n := len(e.cache.now); n > 10 {
		t.Errorf("%d endpoints remembered, at most 10 asked for", n)
	}
}
