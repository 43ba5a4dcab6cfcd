package discover

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

func TestLocation(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nLOCATION: http://10.0.0.1:80/d.xml\r\n\r\n": "http://10.0.0.1:80/d.xml",
		"HTTP/1.1 200 OK\nLocation:x\n": "x", "HTTP/1.1 200 OK\r\n\r\n": "", "": "", "\x00\xff": ""} {
		if got := location([]byte(answer)); got != want {
			t.Errorf("%q: %q, want %q", answer, got, want)
		}
	}
}

func TestNetBIOSName(t *testing.T) {
	t.Parallel()
	head := make([]byte, 56)
	whole := append(append(head, 1), []byte("OFFICE-PC      \x00\x04\x00")...)
	if got := netbiosName(whole); got != "OFFICE-PC" {
		t.Errorf("%q", got)
	}
	for n := range len(whole) {
		if got := netbiosName(whole[:n]); got != "" {
			t.Errorf("%d bytes: %q", n, got)
		}
	}
}

// A host on the loopback network answers about itself.
func TestNamesAreAskedAndRead(t *testing.T) {
	t.Parallel()
	host := netip.MustParseAddr("127.83.21.7")
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(host, mdnsPort)))
	if err != nil {
		t.Skipf("cannot listen at %s: %v", host, err)
	}
	defer conn.Close()
	go func() {
		buf := make([]byte, 512)
		for {
			n, from, err := conn.ReadFromUDP(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil {
				continue
			}
			m.Response = true
			m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Class: dnsmessage.ClassINET},
				Body: &dnsmessage.PTRResource{PTR: dnsmessage.MustNewName("printer.local.")}}}
			b, _ := m.Pack()
			_, _ = conn.WriteToUDP(b, from)
		}
	}()
	names, err := NewNames()
	if err != nil {
		t.Fatal(err)
	}
	defer names.Close()
	if err := names.Ask(host); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	found := map[netip.Addr]string{}
	for len(found) == 0 && ctx.Err() == nil {
		short, stop := context.WithTimeout(ctx, 200*time.Millisecond)
		if found, err = names.Read(short); err != nil {
			t.Fatal(err)
		}
		stop()
	}
	if found[host] != "printer" {
		t.Errorf("%v", found)
	}
	for _, err := range []error{names.Ask(netip.MustParseAddr("fe80::1")), names.AskService(host, strings.Repeat("x", 300)),
		names.AskService(netip.MustParseAddr("fe80::1"), "a.local")} {
		if err == nil {
			t.Error("a question that cannot be asked is no error")
		}
	}
}

// Two ends of a cable in namespaces of their own: one asks, the other answers.
func TestARPFindsNeighbours(t *testing.T) {
	if os.Getuid() != 0 || runtime.GOOS != "linux" {
		t.Skip("namespaces need root")
	}
	ns := fmt.Sprintf("ntopgo-arp-%d", os.Getpid())
	a, b := fmt.Sprintf("na%d", os.Getpid()%100000), fmt.Sprintf("nb%d", os.Getpid()%100000)
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
	run("addr", "add", "10.199.77.1/28", "dev", a)
	run("link", "set", a, "up")
	run("netns", "exec", ns, "ip", "addr", "add", "10.199.77.9/28", "dev", b)
	run("netns", "exec", ns, "ip", "link", "set", b, "up")
	want := netip.MustParseAddr("10.199.77.9")
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
		found, err := ARP(ctx, a, []netip.Prefix{netip.MustParsePrefix("10.199.77.1/28")})
		cancel()
		if err != nil {
			t.Fatal(err)
		}
		for who, addr := range found {
			if addr == want && !who.IsZero() {
				return
			}
		}
	}
	t.Errorf("%s was not found", want)
}

func TestARPErrors(t *testing.T) {
	t.Parallel()
	if _, err := ARP(context.Background(), "no-such-card", nil); err == nil {
		t.Error("no error for a card that does not exist")
	}
	if _, err := ARP(context.Background(), "lo", nil); err == nil {
		t.Skip("the loopback interface has a hardware address here")
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add([]byte("HTTP/1.1 200 OK\r\nLocation: x\r\n\r\n"))
	f.Add(make([]byte, 80))
	f.Fuzz(func(_ *testing.T, b []byte) {
		location(b)
		netbiosName(b)
		mdnsName(b, netip.Addr{})
		reply(b)
	})
}

// The end of one reading does not cut the next one short.
func TestReadingsDoNotDisturbEachOther(t *testing.T) {
	t.Parallel()
	names, err := NewNames()
	if err != nil {
		t.Fatal(err)
	}
	defer names.Close()
	for range 20 {
		const wait = 30 * time.Millisecond
		ctx, cancel := context.WithTimeout(context.Background(), wait)
		begin := time.Now()
		if _, err := names.Read(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
		if d := time.Since(begin); d < wait {
			t.Fatalf("read for %v", d)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if found, err := names.Read(ctx); err != nil || len(found) != 0 {
		t.Errorf("%v, %v", found, err)
	}
}
