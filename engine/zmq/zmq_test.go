package zmq

import (
	"context"
	"testing"
	"time"

	"github.com/go-zeromq/zmq4"
)

func TestPublishAndSubscribe(t *testing.T) {
	t.Parallel()
	p, err := Publish("tcp://127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	s, err := Subscribe("tcp://"+p.Addr(), "ips")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	// A subscription takes effect when the publisher has heard of it.
	var m Message
	ok := false
	for deadline := time.Now().Add(10 * time.Second); !ok && time.Now().Before(deadline); {
		if err := p.Send("other", "no"); err != nil {
			t.Fatal(err)
		}
		if err := p.Send("ips", `{"a":1}`); err != nil {
			t.Fatal(err)
		}
		m, ok = s.Receive(50 * time.Millisecond)
	}
	if !ok || m.Topic != "ips" || m.Text != `{"a":1}` {
		t.Errorf("%+v %t", m, ok)
	}
	if _, err := Subscribe("tcp://127.0.0.1:1", "x"); err == nil {
		t.Error("nobody publishes there")
	}
	if _, err := Publish("nonsense"); err == nil {
		t.Error("published nowhere")
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	head := append([]byte("flow"), make([]byte, headerV1-4)...)
	if m, err := parse([][]byte{head, []byte("{}")}); err != nil || m != (Message{"flow", "{}"}) {
		t.Errorf("%+v %v", m, err)
	}
	for name, frames := range map[string][][]byte{"one frame": {head}, "short header": {head[:8], nil}, "damaged": {head, {0, 1, 2, 3}}, "none": nil} {
		if m, err := parse(frames); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(make([]byte, headerV1), []byte{0, 0x78, 0x9c})
	f.Fuzz(func(_ *testing.T, head, body []byte) { _, _ = parse([][]byte{head, body}) })
}

func TestListen(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	pub := zmq4.NewPub(ctx)
	if err := pub.Listen("tcp://127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pub.Close() }()
	got := make(chan string, 64)
	l, err := Listen("tcp://"+pub.Addr().String(), "prefix_change", func(text string) { got <- text })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		for _, m := range []string{"other 1", "prefix_change 192.0.2.0/24"} {
			if err := pub.Send(zmq4.NewMsgString(m)); err != nil {
				t.Fatal(err)
			}
		}
		select {
		case text := <-got:
			if text != "192.0.2.0/24" {
				t.Errorf("%q", text)
			}
			return
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Error("nothing arrived")
}
