package program

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/tests/harness"
)

// packets counts the frames of a capture file; ok is false for none.
func packets(path string) (n int, ok bool) {
	src, err := capture.Open(path, capture.Config{})
	if err != nil {
		return 0, false
	}
	defer src.Close()
	var b capture.Batch
	for {
		if err := src.Read(&b, 100); errors.Is(err, io.EOF) {
			return n, true
		} else if err != nil {
			return n, false
		}
		n += len(b.Frames)
	}
}

// chatter sends datagrams to ports 7001 and 7002 of the peer until the test ends.
func (n *namespaces) chatter() {
	n.serve(n.near, "python3", "-c", `import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    for port in (7001, 7002):
        s.sendto(b"x" * 100, ("10.99.0.2", port))
    time.sleep(0.02)`)
}

// TestCaptureToPcap has a script capture from a live interface into a file.
func TestCaptureToPcap(t *testing.T) {
	n := newNamespaces(t)
	harness.Need(t, "python3")
	n.chatter()
	dir := t.TempDir()
	script := filepath.Join(dir, "capture.lua")
	if err := os.WriteFile(script, []byte(`interface.select("mon0")
print(tostring(interface.captureToPcap(2, "udp port 7001")))
while interface.isCaptureRunning() do ntop.msleep(100) end`), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := n.command(n.near, harness.Binary(t), "-i", "mon0", "-d", dir, "--run-script", script)
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("%v: %s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	file := strings.TrimSpace(string(out))
	t.Cleanup(func() { _ = os.Remove(file) })
	if got, ok := packets(file); !ok || got < 20 || got > 200 {
		t.Errorf("%q has %d packets, want about 100", file, got)
	}
}

// TestLiveTraffic downloads what passes a live interface through the tree's own
// script.
func TestLiveTraffic(t *testing.T) {
	n := newNamespaces(t)
	harness.Need(t, "curl", "python3")
	tree := harness.Tree(t, 2024)
	n.chatter()
	p := harness.Start(t, harness.Options{In: []string{"ip", "netns", "exec", n.near},
		Args: []string{"-i", "mon0", "-m", "10.99.0.0/24", "-l", "1", "--install-dir", tree}})
	file := filepath.Join(t.TempDir(), "live.pcap")
	harness.Eventually(t, 60*time.Second, func() error {
		out, err := n.command(n.near, "curl", "-s", "-m", "10", "-o", file, "-w", "%{content_type}",
			p.URL+"/lua/rest/v2/get/pcap/live_traffic.lua?ifid=0&duration=1&bpf_filter=udp%20port%207002").Output()
		if err != nil || !strings.Contains(string(out), "tcpdump") {
			return fmt.Errorf("%s: %v\n%s", out, err, p.Log())
		}
		return nil
	})
	if got, ok := packets(file); !ok || got < 10 || got > 100 {
		text, _ := os.ReadFile(file)
		t.Errorf("%d packets, want about 50: %.200q", got, text)
	}
}
