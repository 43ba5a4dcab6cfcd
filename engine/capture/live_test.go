package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ntopgo/engine/decode"
)

// inNamespace moves the test's thread into a new network namespace with a veth
// pair v0 - v1 and lo up. The thread ends with the test, and the namespace with it.
func inNamespace(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("live capture needs root for a network namespace")
	}
	runtime.LockOSThread() // never unlocked: the thread must not serve anything else
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		t.Skipf("no network namespace: %v", err)
	}
	ip(t, "link", "set", "lo", "up")
	ip(t, "link", "add", "v0", "address", "02:00:00:00:00:01", "type", "veth", "peer", "name", "v1", "address", "02:00:00:00:00:02")
	for _, dev := range []string{"v0", "v1"} {
		ip(t, "link", "set", dev, "addrgenmode", "none")
		ip(t, "link", "set", dev, "up")
	}
	for _, dev := range []string{"v0", "v1"} {
		waitRunning(t, dev)
	}
}

// waitRunning waits until a card can send: the kernel takes a moment for it
// after it was set up.
func waitRunning(t *testing.T, dev string) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		nic, err := net.InterfaceByName(dev)
		if err != nil {
			t.Fatal(err)
		}
		if nic.Flags&net.FlagRunning != 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s does not come up", dev)
		}
	}
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

// sendRaw puts frames on an interface.
func sendRaw(t *testing.T, dev string, frames ...[]byte) {
	t.Helper()
	index, _, err := lookup(dev)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	for _, f := range frames {
		if err := unix.Sendto(fd, f, 0, &unix.SockaddrLinklayer{Ifindex: index}); err != nil {
			t.Fatalf("send on %s: %v", dev, err)
		}
	}
}

// collect reads until want frames of the test (those with IPv4 or a VLAN tag)
// are there or nothing came in 20 waits.
func collect(t *testing.T, s Source, want int) []Frame {
	t.Helper()
	var got []Frame
	for quiet := 0; quiet < 20 && len(got) < want; {
		var b Batch
		err := s.Read(&b, 3)
		if errors.Is(err, ErrTimeout) {
			quiet++
			continue
		}
		if err != nil {
			t.Fatalf("read: %v", err)
		}
		for _, f := range b.Frames {
			var p decode.Packet
			decode.Decode(f.Link, f.Data, f.WireLen, &p)
			if p.IPVersion == 4 {
				got = append(got, f)
			}
		}
	}
	return got
}

func liveConfig() Config { return Config{PollInterval: 30 * time.Millisecond} }

func openTest(t *testing.T, name string, cfg Config) Source {
	t.Helper()
	s, err := Open(name, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// numbered are n frames to ports 1000 and up.
func numbered(n int) [][]byte {
	var frames [][]byte
	for i := range n {
		frames = append(frames, tcpFrame(uint16(1000+i)))
	}
	return frames
}

func TestLive(t *testing.T) {
	inNamespace(t)
	s := openTest(t, "v1", liveConfig())
	info := s.Info()
	if info.Name != "v1" || info.Kind != KindLive || info.MTU != 1500 || info.MAC != "02:00:00:00:00:02" {
		t.Errorf("info %+v", info)
	}
	before := time.Now()
	sendRaw(t, "v0", numbered(500)...)
	got := collect(t, s, 500)
	if len(got) != 500 {
		t.Fatalf("%d of 500 frames, stats %+v", len(got), s.Stats())
	}
	for i, f := range got {
		if string(f.Data) != string(tcpFrame(uint16(1000+i))) || f.WireLen != 54 || f.Outgoing || f.Link != decode.LinkEthernet {
			t.Fatalf("frame %d: %+v", i, f)
		}
	}
	if d := time.Unix(0, got[0].Time).Sub(before); d < -time.Second || d > 5*time.Second {
		t.Errorf("time is off by %v", d)
	}
	sendRaw(t, "v1", tcpFrame(7))
	if got := collect(t, s, 1); len(got) != 1 || !got[0].Outgoing {
		t.Errorf("sent frame: %+v", got)
	}
	if st := s.Stats(); st.Received < 501 || st.Dropped != 0 {
		t.Errorf("stats %+v", st)
	}
}

func TestLiveDirectionAndFilter(t *testing.T) {
	inNamespace(t)
	open := func(dir Direction, filter string) Source {
		cfg := liveConfig()
		cfg.Direction, cfg.Filter = dir, filter
		return openTest(t, "v1", cfg)
	}
	in, out, port := open(Received, ""), open(Sent, ""), open(Both, "tcp port 1001 or port 1003")
	sendRaw(t, "v0", numbered(4)...)
	sendRaw(t, "v1", numbered(2)...)
	for name, tc := range map[string]struct {
		s    Source
		want int
	}{"received": {in, 4}, "sent": {out, 2}, "filter": {port, 3}} {
		got := collect(t, tc.s, tc.want+1)
		if len(got) != tc.want {
			t.Errorf("%s: %d frames, want %d", name, len(got), tc.want)
		}
	}
}

func TestLiveStrippedVLAN(t *testing.T) {
	inNamespace(t)
	all := openTest(t, "v1", liveConfig())
	cfg := liveConfig()
	cfg.Filter = "vlan 42 and tcp port 1001"
	tagged := openTest(t, "v1", cfg)
	// The kernel takes the tag out of a frame before the ring of the receiver sees it.
	var frames [][]byte
	for _, f := range numbered(3) {
		frames = append(frames, append(append(bytes.Clone(f[:12]), 0x81, 0, 0, 42), f[12:]...))
	}
	sendRaw(t, "v0", frames...)
	got := collect(t, all, 3)
	if len(got) != 3 {
		t.Fatalf("%d frames", len(got))
	}
	for _, f := range got {
		var p decode.Packet
		decode.Decode(f.Link, f.Data, f.WireLen, &p)
		if f.VLAN != 42 || p.VLAN != 0 {
			t.Errorf("VLAN %d in the ring, %d in the frame, want it in the ring", f.VLAN, p.VLAN)
		}
	}
	if got := collect(t, tagged, 2); len(got) != 1 {
		t.Errorf("filter on a tag selects %d frames, want 1", len(got))
	}
}

func TestLiveLoopbackOnce(t *testing.T) {
	inNamespace(t)
	for _, name := range []string{"lo", "any"} {
		s := openTest(t, name, liveConfig())
		sendRaw(t, "lo", numbered(5)...)
		got := collect(t, s, 6)
		if len(got) != 5 {
			t.Errorf("%s: %d frames, want 5", name, len(got))
		}
	}
}

func TestLiveAny(t *testing.T) {
	inNamespace(t)
	cfg := liveConfig()
	cfg.Filter = "tcp port 1002"
	s := openTest(t, "any", cfg)
	sendRaw(t, "v0", numbered(3)...)
	got := collect(t, s, 3)
	if len(got) != 2 { // sent on v0, received on v1
		t.Fatalf("%d frames, want 2", len(got))
	}
	var p decode.Packet
	if r := decode.Decode(got[0].Link, got[0].Data, got[0].WireLen, &p); r != decode.ReasonNone || p.DstPort != 1002 || got[0].Link != decode.LinkLinuxSLL {
		t.Errorf("%+v decodes to %v, %+v", got[0], r, p)
	}
}

func TestLiveSeveralInterfaces(t *testing.T) {
	inNamespace(t)
	ip(t, "link", "add", "w0", "type", "veth", "peer", "name", "w1")
	ip(t, "link", "set", "w0", "up")
	ip(t, "link", "set", "w1", "up")
	cfg := liveConfig()
	cfg.Direction = Received
	s := openTest(t, "v1,w1", cfg)
	sendRaw(t, "v0", numbered(20)...)
	sendRaw(t, "w0", numbered(20)...)
	if got := collect(t, s, 40); len(got) != 40 {
		t.Errorf("%d frames, want 40", len(got))
	}
}

// TestLiveReopensBesideABusyOne removes one of two interfaces while the other
// has traffic all the time.
func TestLiveReopensBesideABusyOne(t *testing.T) {
	inNamespace(t)
	ip(t, "link", "add", "w0", "type", "veth", "peer", "name", "w1")
	ip(t, "link", "set", "w0", "up")
	ip(t, "link", "set", "w1", "up")
	cfg := liveConfig()
	cfg.Direction, cfg.PollInterval = Received, time.Hour
	s := openTest(t, "v1,w1", cfg)
	ip(t, "link", "del", "w0")
	ip(t, "link", "add", "w0", "type", "veth", "peer", "name", "w1")
	ip(t, "link", "set", "w0", "up")
	ip(t, "link", "set", "w1", "up")
	for deadline := time.Now().Add(10 * time.Second); ; {
		if time.Now().After(deadline) {
			t.Fatal("the new interface is not captured")
		}
		sendRaw(t, "w0", tcpFrame(4000))
		sendRaw(t, "v0", tcpFrame(3000))
		for _, f := range collect(t, s, 1) {
			var p decode.Packet
			if decode.Decode(f.Link, f.Data, f.WireLen, &p); p.DstPort == 4000 {
				return
			}
		}
	}
}

func TestLiveTun(t *testing.T) {
	inNamespace(t)
	if out, err := exec.Command("ip", "tuntap", "add", "dev", "tun0", "mode", "tun").CombinedOutput(); err != nil {
		t.Skipf("no tun device: %s", out)
	}
	ip(t, "link", "set", "tun0", "up")
	if s := openTest(t, "tun0", liveConfig()); s.(*liveSource).rings[0].link != decode.LinkRaw {
		t.Errorf("link type %d", s.(*liveSource).rings[0].link)
	}
}

func TestLiveSurvivesDownAndRemoval(t *testing.T) {
	inNamespace(t)
	var mu sync.Mutex
	var said []string
	cfg := liveConfig()
	cfg.Logf = func(f string, a ...any) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, fmt.Sprintf(f, a...))
	}
	s := openTest(t, "v1", cfg)
	sendRaw(t, "v0", tcpFrame(1))
	if got := collect(t, s, 1); len(got) != 1 {
		t.Fatal("nothing before")
	}
	ip(t, "link", "set", "v1", "down")
	var b Batch
	for range 3 {
		if err := s.Read(&b, 8); err != nil && !errors.Is(err, ErrTimeout) {
			t.Fatalf("while down: %v", err)
		}
	}
	ip(t, "link", "set", "v1", "up")
	sendUntilSeen(t, s, tcpFrame(2)) // the link takes a moment to come up
	ip(t, "link", "del", "v0")
	for start := time.Now(); time.Since(start) < checkEvery+checkEvery/2; { // long enough to be noticed
		if err := s.Read(&b, 8); err != nil && !errors.Is(err, ErrTimeout) {
			t.Fatalf("while gone: %v", err)
		}
	}
	ip(t, "link", "add", "v0", "type", "veth", "peer", "name", "v1")
	ip(t, "link", "set", "v0", "up")
	ip(t, "link", "set", "v1", "up")
	sendUntilSeen(t, s, tcpFrame(3))
	mu.Lock()
	defer mu.Unlock()
	if text := strings.Join(said, "\n"); !strings.Contains(text, "waiting for it to come back") || !strings.Contains(text, "is back") {
		t.Errorf("said %q", said)
	}
}

// sendUntilSeen sends frame to v0's other end until s hands it over.
func sendUntilSeen(t *testing.T, s Source, frame []byte) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for seen := false; !seen; {
		if time.Now().After(deadline) {
			t.Fatal("no frame arrived within ten seconds of the link coming up")
		}
		sendRaw(t, "v0", frame)
		seen = len(collect(t, s, 1)) == 1
	}
}

func TestLiveClose(t *testing.T) {
	inNamespace(t)
	cfg := liveConfig()
	cfg.PollInterval = time.Hour
	s := openTest(t, "v1", cfg)
	ended := make(chan error, 1)
	go func() {
		for {
			var b Batch
			if err := s.Read(&b, 8); err != nil {
				ended <- err
				return
			}
		}
	}()
	if err := s.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	select {
	case err := <-ended:
		if err != io.EOF {
			t.Errorf("after Close: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Read goes on after Close")
	}
	s.Stats()
	if err := s.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}

func TestListInterfaces(t *testing.T) {
	inNamespace(t)
	for _, name := range []string{"virbr9", "w0.7"} {
		ip(t, "link", "add", name, "type", "veth", "peer", "name", name+"x")
		ip(t, "link", "set", name, "up")
	}
	ip(t, "link", "set", "v0", "down")
	nics, err := ListInterfaces()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, n := range nics {
		names = append(names, n.Name)
	}
	got := strings.Join(names, " ")
	if got != "v1 lo" {
		t.Errorf("interfaces %q: want v1 and lo, without the one that is down and those of odd names", got)
	}
	s := openTest(t, "1", liveConfig())
	if s.Info().Name != "v1" {
		t.Errorf("number 1 is %q", s.Info().Name)
	}
	ip(t, "link", "property", "add", "dev", "v1", "altname", "uplink-to-the-provider")
	if s := openTest(t, "uplink-to-the-provider", liveConfig()); s.Info().Name != "v1" {
		t.Errorf("alternative name opens %q", s.Info().Name)
	}
}

func TestLiveDropsAreCounted(t *testing.T) {
	inNamespace(t)
	cfg := liveConfig()
	cfg.RingBytes = 1
	s := openTest(t, "v1", cfg)
	big := append(tcpFrame(9), make([]byte, 1400)...)
	frames := make([][]byte, 2000)
	for i := range frames {
		frames[i] = big
	}
	sendRaw(t, "v0", frames...)
	got := collect(t, s, 2000)
	st := s.Stats()
	if st.Dropped == 0 || len(got)+int(st.Dropped) < 2000 {
		t.Errorf("%d frames, stats %+v: want a drop for every one of 2000 that is missing", len(got), st)
	}
}

func TestLiveWithoutPermission(t *testing.T) {
	inNamespace(t)
	// Only this thread, which ends with the test, gives its rights up.
	if _, _, errno := unix.RawSyscall(unix.SYS_SETRESUID, 65534, 65534, 65534); errno != 0 {
		t.Skipf("cannot give up root: %v", errno)
	}
	s, err := Open("v1", liveConfig())
	if err == nil {
		s.Close()
		t.Fatal("opened without permission")
	}
	if !strings.Contains(err.Error(), "open interface v1: no permission to capture") {
		t.Errorf("error %v", err)
	}
}

// TestLiveSharedOut sends both directions of many conversations to an interface
// with several rings: each frame comes once, and a conversation to one ring.
func TestLiveSharedOut(t *testing.T) {
	inNamespace(t)
	cfg := liveConfig()
	cfg.Rings = 3
	s := openTest(t, "v1", cfg)
	parts := s.(Parallel).Parts()
	if len(parts) != 3 {
		t.Fatalf("%d parts", len(parts))
	}
	const conversations = 60
	var back [][]byte
	for _, f := range numbered(conversations) {
		b := bytes.Clone(f)
		copy(b[26:30], f[30:34]) // addresses and ports exchanged
		copy(b[30:34], f[26:30])
		copy(b[34:36], f[36:38])
		copy(b[36:38], f[34:36])
		back = append(back, b)
	}
	sendRaw(t, "v0", numbered(conversations)...)
	sendRaw(t, "v0", back...)
	frames, ring := map[uint16]int{}, map[uint16]int{}
	used := 0
	for n, part := range parts {
		got := collect(t, part, 2*conversations)
		if len(got) > 0 {
			used++
		}
		for _, f := range got {
			var p decode.Packet
			decode.Decode(f.Link, f.Data, f.WireLen, &p)
			port := min(p.SrcPort, p.DstPort)
			if at, seen := ring[port]; seen && at != n {
				t.Errorf("frames of port %d come to rings %d and %d", port, at, n)
			}
			ring[port] = n
			frames[port]++
		}
	}
	if len(frames) != conversations {
		t.Errorf("%d of %d conversations", len(frames), conversations)
	}
	for port, n := range frames {
		if n != 2 {
			t.Errorf("%d frames of port %d, want 2", n, port)
		}
	}
	if used < 2 {
		t.Errorf("%d rings are used", used)
	}
	if st := s.Stats(); st.Received < 2*conversations || st.Dropped != 0 {
		t.Errorf("stats of all rings %+v", st)
	}
}
