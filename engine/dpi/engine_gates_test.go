package dpi

import (
	"bytes"
	"crypto/tls"
	"testing"
	"time"
	"unsafe"
)

func TestNoAllocationOnceDecided(t *testing.T) {
	e := newEngine(t, Config{})
	v := converse(t, e, tcp, 80).say("GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n").answer("HTTP/1.1 200 OK\r\n\r\n")
	if !v.done {
		t.Fatal("an answered request is not decided")
	}
	p := v.packet(false, []byte("body"))
	if n := testing.AllocsPerRun(100, func() { e.Feed(v.s, v.t, p, false) }); n != 0 {
		t.Errorf("%v allocations per packet of a decided flow", n)
	}
}

func TestNoAllocationWhileUnknown(t *testing.T) {
	e := newEngine(t, Config{MaxPacketsUDP: 1 << 20, MaxPackets: 1 << 20})
	v := converse(t, e, udp, 40000)
	p := v.packet(true, bytes.Repeat([]byte{0xe3}, 400))
	e.Feed(v.s, v.t, p, true)
	if n := testing.AllocsPerRun(100, func() { e.Feed(v.s, v.t, p, true) }); n != 0 {
		t.Errorf("%v allocations per packet that nobody knows", n)
	}
}

func TestStateIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(State{}); n > 256 {
		t.Errorf("%d bytes per decided flow", n)
	}
	e := newEngine(t, Config{})
	v := converse(t, e, tcp, 80).say("GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n").answer("HTTP/1.1 200 OK\r\n\r\n")
	if v.s.w != nil {
		t.Error("a decided flow keeps its working memory")
	}
}

// TestPanickingDissector puts a dissector that panics in front of the others.
func TestPanickingDissector(t *testing.T) {
	var heard []string
	e := newEngine(t, Config{OnPanic: func(name string, _ any) { heard = append(heard, name) }})
	calls := 0
	broken := &Dissector{ID: idHttp, Name: "broken", L4: TCP, Func: func(*Context) Verdict { calls++; var b []byte; _ = b[calls]; return No }}
	for i, d := range e.x.all {
		if d.ID == idTls {
			e.x.all[i] = broken
			for b := range e.x.first {
				e.x.first[b].set(i)
			}
		}
	}
	for range 2 {
		v := converse(t, e, tcp, 80).say("NOTHING\r\n").say("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
		e.GiveUp(v.s, v.t)
	}
	if calls != 2 {
		t.Errorf("called %d times for two flows: it must be asked once for each", calls)
	}
	if got := e.Stats().Panics; got != 2 || len(heard) != 1 || heard[0] != "broken" {
		t.Errorf("counted %d, told of %v", got, heard)
	}
}

func TestPacketLimits(t *testing.T) {
	e := newEngine(t, Config{MaxPacketsUDP: 3, MaxPackets: 10})
	v := converse(t, e, udp, 40000)
	for i := range 3 {
		if v.send(true, []byte{0xe3, 1, 2, 3}); v.done != (i == 2) {
			t.Errorf("packet %d: done is %v", i, v.done)
		}
	}
	v = converse(t, e, tcp, 40000)
	for range 10 {
		v.send(true, nil)
	}
	if !v.done {
		t.Error("empty segments never end the search")
	}
}

func TestUnidirectional(t *testing.T) {
	e := newEngine(t, Config{})
	v := converse(t, e, udp, 123).send(true, []byte(pad("\x23", 48)))
	if !v.done || !v.risk(riskUnidirectionalTraffic) {
		t.Error("one direction is not marked")
	}
	if v.send(false, []byte(pad("\x24", 48))); v.risk(riskUnidirectionalTraffic) {
		t.Error("an answered flow is still marked")
	}
}

func TestReassembly(t *testing.T) {
	t.Parallel()
	text := []byte("the quick brown fox jumps over the lazy dog")
	var f buffer
	for _, r := range [][2]int{{10, 20}, {30, 40}, {5, 12}, {18, 33}, {0, 5}, {39, len(text)}} {
		f.put(r[0], text[r[0]:r[1]], 1000)
	}
	if string(f.prefix()) != string(text) || f.n != 1 {
		t.Errorf("got %q in %d ranges", f.prefix(), f.n)
	}
	f = buffer{}
	f.put(0, text, 8)
	if string(f.prefix()) != "the quic" {
		t.Errorf("limit: %q", f.prefix())
	}
	f = buffer{}
	for i := range 40 {
		f.put(i*2+1, []byte{1}, 1000)
	}
	if f.n > maxRanges {
		t.Errorf("%d ranges", f.n)
	}
}

func FuzzReassembly(f *testing.F) {
	f.Add([]byte{0, 5, 5, 5, 3, 9})
	f.Fuzz(func(t *testing.T, steps []byte) {
		var b buffer
		var have [600]bool
		src := make([]byte, 600)
		for i := range src {
			src[i] = byte(i * 7)
		}
		for i := 0; i+1 < len(steps); i += 2 {
			off, n := int(steps[i]), int(steps[i+1])
			was := b.n
			b.put(off, src[off:off+n], 512)
			if was < maxRanges && n > 0 {
				for k := off; k < min(off+n, 512); k++ {
					have[k] = true
				}
			}
		}
		for i, x := range b.prefix() {
			if x != src[i] {
				t.Fatalf("byte %d is %d, want %d", i, x, src[i])
			}
		}
	})
}

// TestStepBudget leaves no steps for the dissectors that come late.
func TestStepBudget(t *testing.T) {
	e := newEngine(t, Config{MaxSteps: 1})
	v := converse(t, e, tcp, 40404).say("SSH-2.0-x\r\n")
	if e.GiveUp(v.s, v.t); v.s.Result().App == idSsh || e.Stats().Exhausted != 1 {
		t.Errorf("%s after %d exhausted packets", e.Name(v.s.Result()), e.Stats().Exhausted)
	}
	e = newEngine(t, Config{})
	for i := range 200 {
		v := converse(t, e, udp, uint16(1024+i)).send(true, bytes.Repeat([]byte{byte(i)}, 60000))
		e.GiveUp(v.s, v.t)
	}
	if n := e.Stats().Exhausted; n != 0 {
		t.Errorf("the ordinary budget does not last for %d packets", n)
	}
}

// FuzzEngine feeds whole flows.
func FuzzEngine(f *testing.F) {
	e := newEngine(f, Config{OnPanic: func(name string, v any) { panic(name) }})
	for _, c := range conversations(f) {
		for _, l := range c.lines {
			f.Add(c.proto == tcp, c.port, []byte(l.text), uint8(200))
		}
	}
	f.Fuzz(func(_ *testing.T, isTCP bool, port uint16, data []byte, step uint8) {
		proto := udp
		if isTCP {
			proto = tcp
		}
		v := conversation{e: e, s: e.NewState(), t: tuple(proto, 50000, port)}
		for i, b := range cut(data, max(1, int(step))) {
			v.send(i%4 != 3, b)
		}
		e.GiveUp(v.s, v.t)
		e.Release(v.s)
	})
}

func BenchmarkDissector(b *testing.B) {
	e := newEngine(b, Config{})
	for _, c := range conversations(b) {
		for i, d := range e.x.all {
			if e.Protocol(d.ID).Name != c.want || d.L4&transport(c.proto) == 0 {
				continue
			}
			b.Run(d.Name+"/"+c.name, func(b *testing.B) {
				v := conversation{e: e, s: e.NewState(), t: tuple(c.proto, 50000, c.port)}
				p := v.packet(c.lines[0].client, []byte(c.lines[0].text))
				v.s.w = e.near.works.get()
				b.ReportAllocs()
				for b.Loop() {
					m := v.s.meta
					v.s.w.reset()
					*v.s = State{w: v.s.w, meta: m}
					v.s.w.payloads[direction(c.lines[0].client)]++
					v.s.w.ctx = Context{E: e, S: v.s, T: v.t, P: p, B: p.Payload(), FromClient: c.lines[0].client, L4: transport(c.proto), w: v.s.w}
					v.s.w.current = uint16(i)
					d.Func(&v.s.w.ctx)
				}
			})
		}
	}
}

// BenchmarkDecline is one call of each dissector with a payload that has its
// first byte and nothing else of its protocol: what a flow of another protocol
// pays for it.
func BenchmarkDecline(b *testing.B) {
	e := newEngine(b, Config{})
	for i, d := range e.x.all {
		l4, proto := TCP, tcp
		if d.L4&TCP == 0 {
			l4, proto = UDP, udp
		}
		payload := bytes.Repeat([]byte{0xe3, 0x5a, 0x91}, 133)
		if d.First != "" {
			payload[0] = d.First[0]
		}
		name := d.Name
		if l4 == UDP {
			name += "/UDP"
		}
		b.Run(name, func(b *testing.B) {
			v := conversation{e: e, s: e.NewState(), t: tuple(proto, 50000, 40000)}
			p := v.packet(true, payload)
			v.s.w = e.near.works.get()
			b.ReportAllocs()
			for b.Loop() {
				w := v.s.w
				w.nnotes, w.payloads[0], w.buf[0].n, w.buf[0].on = 0, 1, 0, false
				*v.s = State{w: w}
				w.ctx = Context{E: e, S: v.s, T: v.t, P: p, B: p.Payload(), FromClient: true, L4: l4, w: w}
				w.current = uint16(i)
				d.Func(&w.ctx)
			}
		})
	}
}

func BenchmarkFlow(b *testing.B) {
	e := newEngine(b, Config{})
	hello := handshake(b, "www.youtube.com", tls.VersionTLS13, []string{"h2"}, time.Hour)
	initial := seal(quicV1, []byte{1, 2, 3, 4, 5, 6, 7, 8}, 0, cryptoFrame(0, handshake(b, "www.youtube.com", tls.VersionTLS13, []string{"h3"}, time.Hour)[0].data[5:]))
	quic := [][]byte{initial}
	for _, c := range []struct {
		name  string
		proto uint8
		port  uint16
		parts [][]byte
	}{
		{"TLS", tcp, 443, [][]byte{hello[0].data}}, {"QUIC", udp, 443, quic},
		{"UnknownUDP", udp, 40000, [][]byte{bytes.Repeat([]byte{0xe3}, 400)}},
		{"UnknownTCP", tcp, 40000, [][]byte{bytes.Repeat([]byte{0xe3}, 400)}},
		{"DNS", udp, 53, [][]byte{[]byte(dnsQuestion(b, "www.example.org.", false))}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v := conversation{e: e, s: e.NewState(), t: tuple(c.proto, 50000, c.port)}
				v.send(true, c.parts...)
				e.GiveUp(v.s, v.t)
				e.Release(v.s)
			}
		})
	}
	b.Run("Decided", func(b *testing.B) {
		v := conversation{e: e, s: e.NewState(), t: tuple(udp, 50000, 123)}
		v.send(true, []byte(pad("\x23", 48)))
		p := v.packet(true, []byte(pad("\x23", 48)))
		b.ReportAllocs()
		for b.Loop() {
			e.Feed(v.s, v.t, p, true)
		}
	})
}

func TestNoAllocationForKeysOfQUIC(t *testing.T) {
	b, h := make([]byte, 64), hashers.Get().(*hasher)
	if n := testing.AllocsPerRun(100, func() { h.hmac(b[:32], b[:25]) }); n != 0 {
		t.Errorf("%v allocations per HMAC", n)
	}
}
