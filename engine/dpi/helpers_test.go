package dpi

import (
	"net/netip"
	"testing"

	"ntopgo/engine/decode"
)

// conversation feeds payloads to a fresh flow and remembers its state.
type conversation struct {
	e    *Engine
	s    *State
	t    *Tuple
	seq  [2]uint32
	done bool
}

func converse(t testing.TB, e *Engine, proto uint8, port uint16) *conversation {
	t.Helper()
	c := &conversation{e: e, s: e.NewState(), t: tuple(proto, 50000, port), seq: [2]uint32{1000, 77000}}
	t.Cleanup(func() { e.Release(c.s) })
	return c
}

func (c *conversation) packet(client bool, payload []byte) *decode.Packet {
	dir := direction(client)
	p := &decode.Packet{Layer: decode.LayerTransport, Proto: c.t.Proto, PayloadLen: int32(len(payload)), Seq: c.seq[dir], Time: 1700000000e9}
	p.SetAddrs(c.t.Client, c.t.Server)
	p.SrcPort, p.DstPort = c.t.CliPort, c.t.SrvPort
	if !client {
		p.Src, p.Dst, p.SrcPort, p.DstPort = p.Dst, p.Src, p.DstPort, p.SrcPort
	}
	p.HeaderLen = 8
	if c.t.Proto == decode.ProtoTCP {
		p.TCPFlags, p.HeaderLen = decode.ACK, 20
	}
	p.L4 = append(make([]byte, p.HeaderLen), payload...)
	c.seq[dir] += uint32(len(payload))
	return p
}

func (c *conversation) send(client bool, payloads ...[]byte) *conversation {
	for _, b := range payloads {
		c.done = c.e.Feed(c.s, c.t, c.packet(client, b), client)
	}
	return c
}

func (c *conversation) say(text string) *conversation    { return c.send(true, []byte(text)) }
func (c *conversation) answer(text string) *conversation { return c.send(false, []byte(text)) }

// want ends the flow and compares its name.
func (c *conversation) want(t *testing.T, name string, how Confidence) {
	t.Helper()
	c.e.GiveUp(c.s, c.t)
	if got := c.e.Name(c.s.Result()); got != name || c.s.Result().Confidence != how {
		t.Errorf("got %s (%s), want %s (%s)", got, c.e.ConfidenceName(c.s.Result().Confidence), name, c.e.ConfidenceName(how))
	}
}

func (c *conversation) risk(id int) bool { return c.s.Result().Risks&(1<<id) != 0 }

// cut splits b into pieces of n bytes.
func cut(b []byte, n int) (out [][]byte) {
	for len(b) > n {
		out, b = append(out, b[:n]), b[n:]
	}
	return append(out, b)
}

var anyAddr = netip.MustParseAddr("192.0.2.9")
