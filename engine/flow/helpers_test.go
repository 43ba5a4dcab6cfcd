package flow

import (
	"net/netip"
	"testing"

	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

const testSeed = 0x1234567

func newTestTable(t testing.TB, limit *Limit) *Table {
	t.Helper()
	e, err := dpi.New(dpi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	nothing := func(*Record, Links) {}
	return NewTable(limit, e, testSeed, Hooks{Hosts: host.NewTable(0, nil, nil), MACs: mac.NewTable(), New: func(*Record, *decode.Packet) (l Links) { return l }, Swapped: nothing,
		Speak: func(_, _ *host.Host, _, _ bool) {}, Begun: nothing, Named: nothing, Said: func(*Record, *decode.Packet, bool, bool) {}, Gains: func([]Pending) {}, Ended: nothing})
}

// udp makes the packet of a flow with number n; back turns it round.
func udp(n int, at int64, back bool) *decode.Packet {
	p := &decode.Packet{Time: at, WireLen: 142, Layer: decode.LayerTransport, IPVersion: 4,
		Src: netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}).As16(), Dst: netip.AddrFrom4([4]byte{192, 0, 2, 1}).As16(),
		Proto: decode.ProtoUDP, SrcPort: 40000, DstPort: 40001, L4: make([]byte, 108), HeaderLen: 8, PayloadLen: 100}
	if back {
		p.Src, p.Dst, p.SrcPort, p.DstPort = p.Dst, p.Src, p.DstPort, p.SrcPort
	}
	return p
}

// tcp makes a segment of a flow between a high and a well-known port.
func tcp(at int64, flags uint8, seq uint32, payload string, back bool) *decode.Packet {
	size := int32(len(payload))
	p := &decode.Packet{Time: at, WireLen: 54 + size, Layer: decode.LayerTransport, IPVersion: 4,
		Src: netip.AddrFrom4([4]byte{10, 0, 0, 1}).As16(), Dst: netip.AddrFrom4([4]byte{192, 0, 2, 1}).As16(), Proto: decode.ProtoTCP,
		SrcPort: 50000, DstPort: 22, TCPFlags: flags, Seq: seq, Window: 1000, L4: append(make([]byte, 20), payload...), HeaderLen: 20, PayloadLen: size}
	if back {
		p.Src, p.Dst, p.SrcPort, p.DstPort = p.Dst, p.Src, p.DstPort, p.SrcPort
	}
	return p
}

func feed(t *Table, p *decode.Packet) *Record {
	id, _ := Identify(p, testSeed)
	return t.Process(p, &id, int(p.WireLen))
}
