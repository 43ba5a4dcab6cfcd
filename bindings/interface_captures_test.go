package bindings

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"ntopgo/compat/users"
	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/iface"
)

// wire is a source that hands over the same frames again and again.
type wire struct {
	frames [][]byte
	info   capture.Info
	closed chan struct{}
	once   sync.Once
}

func (w *wire) Read(b *capture.Batch, _ int) error {
	select {
	case <-w.closed:
		return io.EOF
	case <-time.After(time.Millisecond):
	}
	b.Frames = b.Frames[:0]
	for _, f := range w.frames {
		b.Frames = append(b.Frames, capture.Frame{Time: time.Now().UnixNano(), WireLen: len(f), Link: decode.LinkEthernet, Data: f})
	}
	return nil
}
func (w *wire) Close() error         { w.once.Do(func() { close(w.closed) }); return nil }
func (w *wire) Info() capture.Info   { return w.info }
func (w *wire) Stats() capture.Stats { return capture.Stats{} }

// busy adds interface 1, on which two hosts speak all the time, and returns a
// change function that selects it.
func (w *world) busy() func(c *Context) {
	w.t.Helper()
	src := &wire{info: capture.Info{Name: "wire0", Kind: capture.KindLive}, closed: make(chan struct{})}
	for _, ends := range [][2]string{{clientIP, serverIP}, {clientIP, webIP}} {
		head := []byte{2, 0, 2, 0, 0, 20, 2, 0, 1, 0, 0, 10, 8, 0}
		src.frames = append(src.frames, append(head, packet(w.t, ends[0], ends[1], &layers.UDP{SrcPort: 4000, DstPort: 4001}, "hello")...))
	}
	i, err := iface.New(iface.Config{ID: 1, Shards: 1}, iface.Deps{Source: src, DPI: w.env.DPI, Nets: w.env.Nets})
	if err != nil {
		w.t.Fatal(err)
	}
	i.Start(context.Background())
	w.t.Cleanup(func() { _ = i.Close() })
	w.env.Ifaces = append(w.env.Ifaces, i)
	for end := time.Now().Add(20 * time.Second); i.Stats().Hosts < 3; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatal("no hosts")
		}
	}
	return func(c *Context) { c.Select(1) }
}

// peers counts the frames of a capture file by destination.
func peers(t *testing.T, file []byte) map[string]int {
	t.Helper()
	name := t.TempDir() + "/x.pcap"
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := capture.Open(name, capture.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	n := map[string]int{}
	var b capture.Batch
	for src.Read(&b, 100) == nil {
		for _, f := range b.Frames {
			var p decode.Packet
			decode.Decode(f.Link, f.Data, f.WireLen, &p)
			n[p.DstAddr().String()]++
		}
	}
	return n
}

func TestLiveCapture(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	on := w.busy()
	for _, c := range []struct {
		name, code     string
		server, remote bool
		change         func(c *Context)
	}{
		{"everything", `interface.liveCapture(nil, 1, "")`, true, true, func(*Context) {}},
		{"filter", `interface.liveCapture(nil, 1, "dst host 203.0.113.5")`, false, true, func(*Context) {}},
		{"host", `interface.liveCapture("192.168.1.20", 1, "")`, true, false, func(*Context) {}},
		{"own networks only", `interface.liveCapture("", 1, "")`, false, true, func(c *Context) {
			narrowUser(c)
			c.Capabilities = 1 << users.CapPcapDownload
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			n := peers(t, []byte(w.run(c.code, on, c.change)))
			if (n[serverIP] > 0) != c.server || (n[webIP] > 0) != c.remote {
				t.Errorf("%v", n)
			}
		})
	}
	for _, c := range []struct {
		name, code string
		change     func(c *Context)
	}{
		{"not granted", `interface.liveCapture(nil, 1, "")`, narrowUser},
		{"unknown host", `interface.liveCapture("192.168.1.99", 1, "")`, func(*Context) {}},
		{"bad filter", `interface.liveCapture(nil, 1, "no such filter")`, func(*Context) {}},
		{"wrong", `interface.liveCapture(nil, {}, 5)`, func(*Context) {}},
	} {
		if got := w.run(c.code, on, c.change); got != "" {
			t.Errorf("%s: %d bytes", c.name, len(got))
		}
	}
}

// A capture is listed while it runs, and another script can stop it.
func TestLiveCaptureIsStopped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	on := w.busy()
	done := make(chan string, 1)
	go func() { done <- w.run(`interface.liveCapture("192.168.1.20", 600, "udp")`, on) }()
	list := `for _, t in ipairs(interface.dumpLiveCaptures()) do p(t.id, t.host, t.capture_max_pkts, t.capture_until > os.time() + 500) end`
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if got := w.run(list, on); got == "0 192.168.1.20 100000 true;" {
			break
		} else if time.Now().After(end) {
			t.Fatalf("listed: %s", got)
		}
	}
	w.check("counted", `p(interface.getStats().stats.num_live_captures)`, "1;", on)
	w.check("not by others", `p(interface.stopLiveCapture(0), interface.dumpLiveCaptures())`, "nil nil;", on, narrowUser)
	w.check("wrong", `p(interface.stopLiveCapture("x"), interface.stopLiveCapture(7), #interface.dumpLiveCaptures())`, "nil nil 1;", on)
	w.check("stopped", `p(interface.stopLiveCapture(0), #interface.dumpLiveCaptures())`, "nil 0;", on)
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("the capture goes on")
	}
}

func TestCaptureToFile(t *testing.T) {
	w := newWorld(t, 2024)
	t.Setenv("TMPDIR", t.TempDir())
	on := w.busy()
	name := w.run(`local f = interface.captureToPcap(30, "dst host 203.0.113.5")
		local before = interface.isCaptureRunning()
		assert(interface.captureToPcap(30) == nil)
		ntop.msleep(200)
		interface.stopRunningCapture()
		assert(before and not interface.isCaptureRunning())
		print(f)`, on)
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if n := peers(t, file); n[webIP] == 0 || n[serverIP] != 0 {
		t.Errorf("%v", n)
	}
	w.check("wrong", `p(interface.captureToPcap("x"), interface.captureToPcap(1, "no such filter"))`, "nil nil;", on)
	w.check("no administrator", `p(interface.captureToPcap(1), interface.isCaptureRunning(), interface.stopRunningCapture())`, "nil nil nil;", on, narrowUser)
	empty := strings.TrimSpace(w.run(`local f = interface.captureToPcap(1) interface.stopRunningCapture() print(f)`))
	if file, err := os.ReadFile(empty); err != nil || !bytes.HasPrefix(file, []byte{0xd4, 0xc3, 0xb2, 0xa1}) {
		t.Errorf("%q: % x, %v", empty, file, err)
	}
}
