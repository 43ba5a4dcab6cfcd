package zmq

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

// header is a message header of one of the four formats.
func header(size int, topic string, version, flags byte, source, id uint32) []byte {
	h := make([]byte, size)
	copy(h, topic)
	be, le := binary.BigEndian, binary.LittleEndian
	switch size {
	case headerV0:
		le.PutUint32(h[32:], uint32(version))
		return h
	case headerV1:
		h[17] = byte(source)
		be.PutUint32(h[20:], id)
	case headerV2:
		be.PutUint32(h[20:], id)
		le.PutUint32(h[24:], source)
	case headerV3:
		h[17] = flags
		be.PutUint32(h[28:], id)
		le.PutUint32(h[32:], source)
	}
	h[16] = version
	return h
}

func deflate(t testing.TB, text string) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEnvelope(t *testing.T) {
	t.Parallel()
	hostOrder := header(headerV1, "flow", 1, 0, 9, 0)
	binary.LittleEndian.PutUint32(hostOrder[20:], 77)
	for name, c := range map[string]struct {
		head, body []byte
		password   string
		want       Envelope
	}{
		"version 0":        {header(headerV0, "event", 0, 0, 0, 0), []byte("{}"), "", Envelope{Topic: "event", Body: []byte("{}")}},
		"host order":       {hostOrder, []byte("{}"), "", Envelope{Topic: "flow", Version: 1, ID: 77, Body: []byte("{}")}},
		"version 2":        {header(headerV1, "flow", 2, 0, 9, 70000), []byte("{}"), "", Envelope{Topic: "flow", Version: 2, Source: 9, ID: 70000, Body: []byte("{}")}},
		"marked as packed": {header(headerV2, "counter", 2, 0, 300, 5), append([]byte{0}, deflate(t, "[1]")...), "", Envelope{Topic: "counter", Version: 2, Source: 300, ID: 5, Body: []byte("[1]")}},
		"binary":           {header(headerV2, "flow", 3, 0, 70000, 6), []byte{1, 1, 0, 0}, "", Envelope{Topic: "flow", Version: 3, Source: 70000, ID: 6, TLV: true, Body: []byte{1, 1, 0, 0}}},
		"flags": {header(headerV3, "flow", 4, flagTLV|flagCompressed, 70000, 7), deflate(t, "\x01\x01abc"), "",
			Envelope{Topic: "flow", Version: 4, Source: 70000, ID: 7, TLV: true, Body: []byte("\x01\x01abc")}},
		"password": {header(headerV3, "flow", 4, 0, 1, 8), []byte{'{' ^ 'a', '}' ^ 'b', '!' ^ 'a'}, "ab",
			Envelope{Topic: "flow", Version: 4, Source: 1, ID: 8, Body: []byte("{}!")}},
	} {
		e, err := parseEnvelope([][]byte{c.head, c.body}, c.password)
		if err != nil || e.Topic != c.want.Topic || e.Version != c.want.Version || e.Source != c.want.Source || e.ID != c.want.ID ||
			e.TLV != c.want.TLV || !bytes.Equal(e.Body, c.want.Body) {
			t.Errorf("%s: %+v %v\nwant %+v", name, e, err, c.want)
		}
	}
	for name, frames := range map[string][][]byte{
		"future version": {header(headerV3, "flow", 5, 0, 0, 0), nil},
		"odd length":     {make([]byte, 30), nil},
		"damaged":        {header(headerV3, "flow", 4, flagCompressed, 0, 0), []byte("no")},
		"three frames":   {header(headerV1, "flow", 2, 0, 0, 0), nil, nil},
	} {
		if e, err := parseEnvelope(frames, ""); err == nil {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestDecompressBound(t *testing.T) {
	t.Parallel()
	if _, err := decompress(deflate(t, strings.Repeat("x", maxText+1))); err == nil {
		t.Error("a bomb was unpacked")
	}
}

// TestCollector publishes with the library, to a collector that connects and to
// one that listens, and lets the publisher come back.
func TestCollector(t *testing.T) {
	t.Parallel()
	for _, listen := range []bool{false, true} {
		got := make(chan Envelope, 1000)
		handle := func(_ int, e Envelope) { got <- e }
		var pub zmq4.Socket
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		newPub := func(endpoint string, listen bool) zmq4.Socket {
			t.Helper()
			p := zmq4.NewPub(ctx)
			f := p.Dial
			if listen {
				f = p.Listen
			}
			if err := f(endpoint); err != nil {
				t.Fatal(err)
			}
			return p
		}
		address := ""
		if listen {
			c, err := Collect(CollectorConfig{Endpoints: []string{"tcp://127.0.0.1:0c"}, Handle: handle, Logf: t.Logf})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			address = "tcp://" + c.Addr().String()
			pub = newPub(address, false)
		} else {
			pub = newPub("tcp://127.0.0.1:0", true)
			address = "tcp://" + pub.Addr().String()
			c, err := Collect(CollectorConfig{Endpoints: []string{"zmq" + strings.TrimPrefix(address, "tcp")}, Handle: handle, Logf: t.Logf})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
		}
		await(t, pub, got, strings.Repeat("first", 1000))
		if err := pub.Close(); err != nil {
			t.Fatal(err)
		}
		pub = newPub(address, !listen)
		await(t, pub, got, "second")
		_ = pub.Close()
	}
}

// await publishes text until it arrives: a subscription takes a moment.
func await(t *testing.T, pub zmq4.Socket, got <-chan Envelope, text string) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); time.Now().Before(deadline); {
		for _, topic := range []string{"other", "flow"} {
			if err := pub.SendMulti(zmq4.NewMsgFrom(header(headerV2, topic, 2, 0, 3, 4), []byte(text))); err != nil {
				t.Fatal(err)
			}
		}
		select {
		case e := <-got:
			if e.Topic != "flow" || e.Source != 3 || e.ID != 4 {
				t.Errorf("%+v", e)
			}
			if string(e.Body) == text {
				return
			}
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Fatalf("%.10s did not arrive", text)
}

func TestCollectorRefuses(t *testing.T) {
	t.Parallel()
	for _, e := range []string{"", "tcp://127.0.0.1", "udp://127.0.0.1:1", "tcp://", "tcp://256.0.0.1:1c"} {
		if c, err := Collect(CollectorConfig{Endpoints: []string{e}}); err == nil {
			c.Close()
			t.Errorf("%q was taken", e)
		}
	}
}

// TestHugeFrames announces frames of more bytes than there is memory, to a
// publisher and to a collector.
func TestHugeFrames(t *testing.T) {
	t.Parallel()
	p, err := Publish("tcp://127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	c, err := Collect(CollectorConfig{Endpoints: []string{"tcp://127.0.0.1:0c"}, Handle: func(int, Envelope) {}, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, end := range []struct{ addr, as string }{{p.Addr(), "SUB"}, {c.Addr().String(), "PUB"}} {
		for _, shake := range []bool{false, true} {
			conn, err := net.Dial("tcp", end.addr)
			if err != nil {
				t.Fatal(err)
			}
			_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
			r := bufio.NewReader(conn)
			if shake {
				if err := handshake(conn, r, end.as, "SUB", "PUB"); err != nil {
					t.Fatal(err)
				}
			} else {
				greeting := make([]byte, greetingLen)
				greeting[0], greeting[9], greeting[10] = 0xff, 0x7f, 3
				copy(greeting[12:], "NULL")
				if _, err := conn.Write(greeting); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := conn.Write([]byte{frameLong, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}); err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, r); err != nil && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("%s, after the handshake %t: the connection stays: %v", end.as, shake, err)
			}
			_ = conn.Close()
		}
	}
}

// TestSendFlows sends numbered messages to a collector.
func TestSendFlows(t *testing.T) {
	t.Parallel()
	p, err := Publish("tcp://127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	got := make(chan Envelope, 1000)
	c, err := Collect(CollectorConfig{Endpoints: []string{"tcp://" + p.Addr()}, Handle: func(_ int, e Envelope) { got <- e }})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	large := bytes.Repeat([]byte("x"), 70000)
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		p.SendFlows("flow", 9, large, true)
		select {
		case first := <-got:
			p.SendFlows("event", 9, []byte("{}"), false)
			for e := range got {
				if e.Topic == "event" {
					if !bytes.Equal(first.Body, large) || !first.TLV || first.Source != 9 || e.TLV || string(e.Body) != "{}" || e.ID <= first.ID {
						t.Errorf("%+v, then %+v", first.Topic, e)
					}
					return
				}
			}
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Error("nothing arrived")
}

func FuzzEnvelope(f *testing.F) {
	f.Add(header(headerV3, "flow", 4, flagCompressed, 1, 2), deflate(f, "{}"), "x")
	f.Add(header(headerV0, "event", 0, 0, 1, 2), []byte("{}"), "")
	f.Fuzz(func(_ *testing.T, head, body []byte, password string) {
		_, _ = parseEnvelope([][]byte{head, body}, password)
	})
}

func FuzzZMTP(f *testing.F) {
	f.Add(frame(frameCommand, ready("PUB")))
	f.Add(append(frame(frameMore, []byte("a")), frame(0, []byte("b"))...))
	f.Fuzz(func(t *testing.T, b []byte) {
		socketType(b)
		frames, err := readMessage(bytes.NewReader(b))
		if err == nil && (len(frames) == 0 || len(frames) > maxFrames) {
			t.Errorf("%d frames", len(frames))
		}
	})
}

// TestCloseSends closes a publisher at once after messages so large that the last
// one is still being written.
func TestCloseSends(t *testing.T) {
	t.Parallel()
	for range 20 {
		p, err := Publish("tcp://127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		got := make(chan string, 1000)
		c, err := Collect(CollectorConfig{Endpoints: []string{"tcp://" + p.Addr()}, Handle: func(_ int, e Envelope) { got <- e.Topic }})
		if err != nil {
			t.Fatal(err)
		}
		for begun := false; !begun; { // the publisher may not yet have heard of the subscription
			p.SendFlows("counter", 9, []byte("{}"), false)
			select {
			case <-got:
				begun = true
			case <-time.After(10 * time.Millisecond):
			}
		}
		for range 3 {
			p.SendFlows("flow", 9, make([]byte, 1<<20), true)
		}
		p.Close()
		for n := 0; n < 3; {
			select {
			case topic := <-got:
				if topic == "flow" {
					n++
				}
			case <-time.After(10 * time.Second):
				t.Fatalf("%d messages of 3 arrived", n)
			}
		}
		c.Close()
	}
}
