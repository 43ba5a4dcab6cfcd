package bindings

import (
	"net"
	"strings"
	"testing"
	"time"
)

func TestTCPProbeAndSenders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	got := make(chan string, 4)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte("220 hello\r\n"))
			b := make([]byte, 16)
			_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
			n, _ := conn.Read(b)
			got <- string(b[:n])
			_ = conn.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	w.check("banner", `p(ntop.tcpProbe("127.0.0.1", `+port+`, 5))`, "220 hello\r\n;")
	<-got
	w.check("data", `p(ntop.send_tcp_data("127.0.0.1", `+port+`, "ping"))`, "true;")
	if s := <-got; s != "ping" {
		t.Errorf("the server read %q", s)
	}
	w.check("nobody there, no port", `p(ntop.tcpProbe("127.0.0.1", 1, 1), ntop.tcpProbe("127.0.0.1", "x"), ntop.send_tcp_data("127.0.0.1", 70000, "a"))`, "nil nil false;")
	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = u.Close() }()
	_, port, _ = net.SplitHostPort(u.LocalAddr().String())
	w.run(`ntop.send_udp_data("127.0.0.1", ` + port + `, "datagram") ntop.send_udp_data("127.0.0.1", -1, "x")`)
	b := make([]byte, 64)
	_ = u.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, _, err := u.ReadFrom(b); err != nil || string(b[:n]) != "datagram" {
		t.Errorf("%q %v", b[:n], err)
	}
}

func TestCommandsAside(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("started and read once", `local id = ntop.execCmdAsync("echo done")
local out repeat out = ntop.readResultCmdAsync(id) until out
p(out, ntop.readResultCmdAsync(id), ntop.readResultCmdAsync(999))`, "done\n nil nil;")
	w.check("wrong arguments", `p(ntop.execCmdAsync(nil), ntop.readResultCmdAsync("x"))`, "nil nil;")
	w.check("not for everybody", `p(ntop.execCmdAsync("echo no"))`, "nil;", narrowUser)
}

func TestResolvedNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("a name that was found", `interface.setHostResolvedName("192.168.1.20", "nas.example.com") interface.setHostResolvedName("192.168.1.10", "192.168.1.10")
interface.setHostResolvedName("10.1.1.1", "x") interface.setHostResolvedName("192.168.1.20", nil)
p(interface.getHostInfo("192.168.1.10").name, interface.getHostInfo("192.168.1.10").names.resolved, interface.getHostInfo("192.168.1.20").names.resolved)`,
		" 192.168.1.10 nas.example.com;")
	w.env.Options.Offline = true
	if got := w.run(`p(ntop.resolveHost("192.0.2.1", true), ntop.resolveHost("192.0.2.1", false), ntop.resolveHost("localhost", true), ntop.resolveHost(nil))`); !strings.HasPrefix(got, "192.0.2.1 nil nil nil") {
		t.Errorf("an address is its own answer: %s", got)
	}
}
