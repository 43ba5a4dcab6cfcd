package dpi

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
)

// selected is the environment variable that points FuzzDissector at the
// dissectors of one name: NTOPGO_FUZZ_DISSECTOR=TLS go test -fuzz FuzzDissector.
const selected = "NTOPGO_FUZZ_DISSECTOR"

// targets are the dissectors to fuzz: all, or those of the selected name.
func targets(t testing.TB, e *Engine) (out []int) {
	name := os.Getenv(selected)
	for i, d := range e.x.all {
		if name == "" || d.Name == name {
			out = append(out, i)
		}
	}
	if out == nil {
		t.Fatalf("%s: no dissector %q", selected, name)
	}
	return out
}

// FuzzDissector hands arbitrary payloads, in one or several packets and both
// directions, to one dissector of the registry without catching panics. Its
// seeds are the conversations of the tests and, when one dissector is selected
// and the captures are there, the first payloads of its flows in them.
func FuzzDissector(f *testing.F) {
	e := newEngine(f, Config{})
	which := targets(f, e)
	for _, c := range conversations(f) {
		for n, i := range which {
			if d := e.x.all[i]; e.Protocol(d.ID).Name == c.want {
				for _, l := range c.lines {
					f.Add(uint16(n), c.port, []byte(l.text), uint8(200))
				}
			}
		}
	}
	for n, i := range which {
		f.Add(uint16(n), uint16(443), bytes.Repeat([]byte{0, 1, 255, 'A'}, 16), uint8(9))
		d := e.x.all[i]
		f.Add(uint16(n), uint16(443), append([]byte(d.First + "\x00")[:1], bytes.Repeat([]byte{0}, max(d.Min, 40))...), uint8(255))
	}
	if os.Getenv(selected) != "" {
		for _, s := range captured(f, e, e.x.all[which[0]].ID) {
			f.Add(uint16(0), s.port, s.payload, uint8(255))
		}
	}
	f.Fuzz(func(t *testing.T, n, port uint16, data []byte, step uint8) {
		fuzzOne(t, e, which[int(n)%len(which)], port, data, step)
	})
}

// fuzzOne feeds data in pieces of step bytes (whole when step is 255) to one
// dissector; every third piece comes from the server.
func fuzzOne(t *testing.T, e *Engine, i int, port uint16, data []byte, step uint8) {
	d := e.x.all[i]
	s, tup := e.NewState(), tuple(tcp, 50000, port)
	defer e.Release(s)
	l4 := TCP
	if d.L4&TCP == 0 || step%2 == 0 && d.L4&UDP != 0 {
		l4, tup.Proto = UDP, udp
	}
	s.w = e.near.works.get()
	s.w.begin(e, tup)
	v := conversation{s: s, t: tup}
	size := max(1, int(step))
	if step == 255 {
		size = max(1, len(data))
	}
	for n, b := range cut(data, size) {
		if n == 64 || len(b) < max(1, d.Min) {
			break
		}
		client := n%3 != 2
		p := v.packet(client, b)
		s.w.payloads[direction(client)]++
		s.w.ctx = Context{E: e, S: s, T: tup, P: p, B: b, FromClient: client, L4: l4, w: s.w}
		s.w.current = uint16(i)
		switch d.Func(&s.w.ctx) {
		case Found, FoundMore:
			if !s.found {
				t.Fatalf("%s found something without a name", d.Name)
			}
		case No:
			return
		}
	}
}

type seed struct {
	port    uint16
	payload []byte
}

// captured collects the first payloads of the flows that the captures hold of a
// protocol: at most 200, from two packets of each flow.
func captured(t testing.TB, e *Engine, id uint16) (out []seed) {
	dir := os.Getenv("NTOPGO_SHARED")
	if dir == "" {
		dir = "../../../shared"
	}
	files, _ := filepath.Glob(filepath.Join(dir, "corpus/ndpi/*.pcap*"))
	if len(files) == 0 {
		t.Logf("no captures in %s: seeds are made by hand", dir)
	}
	for _, file := range files {
		if len(out) >= 200 {
			break
		}
		out = append(out, capturedIn(e, file, id)...)
	}
	return out
}

func capturedIn(e *Engine, file string, id uint16) (out []seed) {
	src, err := capture.Open(file, capture.Config{})
	if err != nil {
		return nil
	}
	defer src.Close()
	type flow struct {
		s     *State
		t     *Tuple
		seeds []seed
	}
	flows := map[Tuple]*flow{}
	var b capture.Batch
	var p decode.Packet
	for n := 0; n < 1000; n += len(b.Frames) {
		if err := src.Read(&b, 256); err != nil && !errors.Is(err, capture.ErrTimeout) {
			if !errors.Is(err, io.EOF) {
				return nil
			}
			break
		}
		for i := range b.Frames {
			fr := &b.Frames[i]
			decode.Decode(fr.Link, fr.Data, fr.WireLen, &p)
			p.Time = fr.Time
			if transport(p.Proto) == 0 || p.Layer != decode.LayerTransport {
				continue
			}
			k := Tuple{p.Proto, p.SrcAddr(), p.DstAddr(), p.SrcPort, p.DstPort}
			client := true
			if _, ok := flows[k]; !ok {
				if back := (Tuple{p.Proto, p.DstAddr(), p.SrcAddr(), p.DstPort, p.SrcPort}); flows[back] != nil {
					k, client = back, false
				} else {
					flows[k] = &flow{s: e.NewState(), t: &k}
				}
			}
			f := flows[k]
			if len(f.seeds) < 2 && len(p.Payload()) > 0 {
				f.seeds = append(f.seeds, seed{f.t.SrvPort, bytes.Clone(p.Payload())})
			}
			e.Feed(f.s, f.t, &p, client)
		}
	}
	for _, f := range flows {
		if r := f.s.Result(); r.App == id || r.Master == id {
			out = append(out, f.seeds...)
		}
	}
	return out
}
