package bindings

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"ntopgo/engine/capture"
	"ntopgo/engine/iface"
)

// A neighbour on the loopback network tells its name to scripts.
func TestNameDiscovery(t *testing.T) {
	t.Parallel()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 83, 21, 9), Port: 5353})
	if err != nil {
		t.Skipf("cannot listen: %v", err)
	}
	defer conn.Close()
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFromUDP(buf)
			var m dnsmessage.Message
			if err != nil || m.Unpack(buf[:n]) != nil {
				return
			}
			name := "asked-" + m.Questions[0].Name.String()[:4] + ".local."
			m.Response = true
			m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName("x.local."), Class: dnsmessage.ClassINET},
				Body: &dnsmessage.PTRResource{PTR: dnsmessage.MustNewName(name)}}}
			b, _ := m.Pack()
			_, _ = conn.WriteToUDP(b, from)
		}
	}()
	w := newWorld(t, 2024)
	w.check("name", `interface.mdnsQueueNameToResolve("127.83.21.9") p(interface.mdnsReadQueuedResponses()["127.83.21.9"])`, "asked-9;")
	w.check("service", `interface.mdnsQueueAnyQuery("127.83.21.9", "_ssh._tcp.local") p(interface.mdnsReadQueuedResponses()["127.83.21.9"])`, "asked-_ssh;")
	w.check("wrong", `p(interface.mdnsQueueNameToResolve("x"), interface.mdnsQueueNameToResolve({}), interface.mdnsQueueAnyQuery("127.0.0.1"))`, "nil nil nil;")
	w.check("no card", `p(interface.arpScanHosts("x"), interface.discoverHosts({}))`, "nil nil;")
}

// device answers searches for UPnP devices.
const device = `
import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 1900))
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("239.255.255.250") + socket.inet_aton("10.199.78.9"))
while True:
    data, peer = s.recvfrom(2000)
    if b"ssdp:discover" in data:
        s.sendto(b"HTTP/1.1 200 OK\r\nLocation: http://10.199.78.9/d.xml\r\n\r\n", peer)
`

// On a cable into another namespace a neighbour is found by its card and by what
// it offers.
func TestNeighbourDiscovery(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("namespaces need root")
	}
	ns, a, b := fmt.Sprintf("ntopgo-disc-%d", os.Getpid()), fmt.Sprintf("da%d", os.Getpid()%100000), fmt.Sprintf("db%d", os.Getpid()%100000)
	run := func(args ...string) {
		t.Helper()
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			t.Skipf("ip %v: %v %s", args, err, out)
		}
	}
	run("netns", "add", ns)
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", ns).Run() })
	run("link", "add", a, "type", "veth", "peer", "name", b)
	t.Cleanup(func() { _ = exec.Command("ip", "link", "del", a).Run() })
	run("link", "set", b, "netns", ns)
	run("addr", "add", "10.199.78.1/28", "dev", a)
	run("link", "set", a, "up")
	run("netns", "exec", ns, "ip", "addr", "add", "10.199.78.9/28", "dev", b)
	run("netns", "exec", ns, "ip", "link", "set", b, "up")
	run("netns", "exec", ns, "ip", "route", "add", "239.0.0.0/8", "dev", b)
	python := exec.Command("ip", "netns", "exec", ns, "python3", "-c", device)
	if err := python.Start(); err != nil {
		t.Skipf("python3: %v", err)
	}
	t.Cleanup(func() { _ = python.Process.Kill(); _ = python.Wait() })

	w := newWorld(t, 2024)
	src := &wire{closed: make(chan struct{}), info: capture.Info{Name: a, Kind: capture.KindLive,
		Addresses: []netip.Prefix{netip.MustParsePrefix("10.199.78.1/28")}}}
	i, err := iface.New(iface.Config{ID: 1, Shards: 1}, iface.Deps{Source: src, DPI: w.env.DPI, Nets: w.env.Nets})
	if err != nil {
		t.Fatal(err)
	}
	i.Start(context.Background())
	t.Cleanup(func() { _ = i.Close() })
	w.env.Ifaces = append(w.env.Ifaces, i)
	on := func(c *Context) { c.Select(1) }
	for _, c := range []struct{ what, code, want string }{
		{"ARP", `for _, ip in pairs(interface.arpScanHosts()) do p(ip) end`, "10.199.78.9;"},
		{"SSDP", `p(interface.discoverHosts(1))`, "{http://10.199.78.9/d.xml=10.199.78.9};"},
	} {
		got := ""
		for end := time.Now().Add(30 * time.Second); !strings.Contains(got, c.want) && time.Now().Before(end); {
			got = w.run(c.code, on)
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %s", c.what, got)
		}
	}
}
