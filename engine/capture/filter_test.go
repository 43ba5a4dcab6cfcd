package capture

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"ntopgo/engine/decode"
)

// filterCases are expressions that tcpdump understands too.
var filterCases = []string{
	"tcp", "udp", "icmp", "icmp6", "igmp", "arp", "ip", "ip6", "rarp", "sctp", "esp", "ah",
	"not tcp", "! udp", "not arp and not ip6", "tcp or udp", "tcp || icmp", "tcp and port 443",
	"port 53", "udp port 53", "tcp port 80 or 443", "src port 443", "dst port 443", "src or dst port 443",
	"src and dst port 123", "portrange 1-1023", "tcp portrange 440-450", "udp src portrange 1000-60000",
	"port https", "tcp dst port http", "port domain",
	"host 192.168.1.93", "src host 192.168.1.93", "dst 192.168.1.93", "host 192.168.1.93 or 192.168.1.1",
	"not host 192.168.1.1 and not 192.168.1.93", "ip host 192.168.1.1", "arp host 192.168.1.1",
	"net 192.168.0.0/16", "net 10", "net 192.168", "src net 192.168.1.0/24", "net 192.168.1.0 mask 255.255.255.0",
	"not net 192.168.0.0/16", "ip6 net fe80::/10", "dst net ff00::/8", "net 2001:db8::/32", "host ff02::fb", "net 0.0.0.0/0",
	"ip proto 17", "ip proto \\tcp", "proto 6", "ip6 proto 58", "ether proto 0x0800", "ether proto \\arp",
	"ether host ff:ff:ff:ff:ff:ff", "ether dst 01:00:5e:00:00:fb", "ether src ff:ff:ff:ff:ff:ff",
	"broadcast", "multicast", "ether broadcast", "ether multicast", "ip multicast", "ip6 multicast",
	"less 100", "greater 1000", "len > 500", "len <= 60", "len = 66",
	"vlan", "vlan and ip", "vlan 10", "vlan and tcp port 80", "not vlan", "mpls", "mpls and ip", "vlan or ip",
	"(tcp or udp) and not port 53", "tcp and (port 80 or port 443) and host 192.168.1.93",
	"tcp[tcpflags] & tcp-syn != 0", "tcp[13] == 2", "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
	"tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn", "ip[8] < 64", "ip[6:2] & 0x1fff != 0", "ip[2:2] > 576",
	"udp[4:2] > 100", "icmp[icmptype] == icmp-echo", "ether[0] & 1 = 0", "ip[0] & 0xf != 5",
	"tcp and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)", "tcp port 80 and tcp[((tcp[12:1] & 0xf0) >> 2):4] = 0x47455420",
	"tcp or udp and port 53", "not tcp or udp", "not (tcp or udp)", "ip[9] = 6 or ip[9] = 17", "udp[0:2] % 2 = 1", "ip[2:2] * 2 > len",
}

// filterCaptures are of different link types: Ethernet, raw IP, cooked, VLAN,
// MPLS, IPv6.
var filterCaptures = []string{
	"e2e/pcap/test_01.pcap", "e2e/pcap/tor.pcap", "e2e/pcap/bcast_domains.pcap", "ndpi/6in4tunnel.pcap", "ndpi/capwap.pcap",
	"ndpi/dns_fragmented.pcap", "ndpi/443-curl.pcap",
}

func TestFilterAgreesWithTcpdump(t *testing.T) {
	t.Parallel()
	tcpdump, err := exec.LookPath("tcpdump")
	if err != nil {
		t.Skip("tcpdump is not installed: nothing to compare with")
	}
	dir := sharedDir(t)
	extra, _ := filepath.Glob(filepath.Join(dir, "corpus", "ndpi", "*.pcap"))
	files := map[decode.LinkType]string{} // one more of every link type
	for _, name := range extra {
		if link, ok := firstLink(name); ok && files[link] == "" {
			files[link] = name
		}
	}
	captures := []string{}
	for _, name := range filterCaptures {
		captures = append(captures, filepath.Join(dir, "corpus", name))
	}
	for _, name := range files {
		captures = append(captures, name)
	}
	for _, name := range captures {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			link, ok := firstLink(name)
			if !ok {
				t.Skip("capture is empty or missing")
			}
			if _, err := newFilterGen(link); err != nil {
				t.Skipf("no filters on this link type: %v", err)
			}
			for _, expr := range filterCases {
				var out, msg bytes.Buffer
				cmd := exec.Command(tcpdump, "-n", "-r", name, "-w", "-", "--", expr)
				cmd.Stdout, cmd.Stderr = &out, &msg
				refErr := cmd.Run()
				s, err := Open(name, Config{Filter: expr})
				if err != nil {
					t.Fatalf("%q: %v", expr, err)
				}
				frames := 0
				var readErr error
				for readErr == nil {
					var b Batch
					readErr = s.Read(&b, 64)
					frames += len(b.Frames)
				}
				s.Close()
				if refErr != nil && !strings.Contains(msg.String(), "truncated dump file") {
					// What tcpdump refuses on this link type must not select anything; only
					// VLAN tags in cooked captures are read here and not there.
					if frames != 0 && !strings.Contains(msg.String(), "no VLAN support") {
						t.Errorf("%q: tcpdump says %s, we select %d frames", expr, strings.TrimSpace(msg.String()), frames)
					}
					continue
				}
				want := countRecords(t, out.Bytes())
				if frames != want {
					t.Errorf("%q on link type %d: %d frames, tcpdump selects %d (%v)", expr, link, frames, want, readErr)
				}
			}
		})
	}
}

// firstLink returns the link type of the first frame of a capture.
func firstLink(name string) (decode.LinkType, bool) {
	s, err := Open(name, Config{})
	if err != nil {
		return 0, false
	}
	defer s.Close()
	var b Batch
	if s.Read(&b, 1) != nil {
		return 0, false
	}
	return b.Frames[0].Link, true
}

// countRecords counts the records of a little-endian pcap file.
func countRecords(t *testing.T, file []byte) int {
	t.Helper()
	n := 0
	for b := file; ; n++ {
		if n == 0 {
			if len(b) < 24 {
				t.Fatalf("tcpdump wrote %d bytes", len(b))
			}
			b = b[24:]
		}
		if len(b) < 16 {
			return n
		}
		b = b[16+(int(b[8])|int(b[9])<<8|int(b[10])<<16|int(b[11])<<24):]
	}
}

func TestFilterErrors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ expr, want string }{
		{"foo", "foo"},
		{"host", "value expected"},
		{"port 70000", "no port"},
		{"tcp and", "ends unexpectedly"},
		{"(tcp", "missing )"},
		{"tcp)", "unexpected"},
		{"net 10.1.2.3/8", "outside its mask"},
		{"host www.example.org", "not resolved"},
		{"gateway 10.0.0.1", "not supported"},
		{"tcp[2", "missing ]"},
		{"tcp[2:3] = 1", "size must be"},
		{"ip[0] / 0 = 1", "division by zero"},
		{"vlan 5000", "4095"},
		{"tcp ; rm", "unexpected character"},
		{"host 1.2.3.4 5.6.7.8", "unexpected"},
		{strings.Repeat("(", 100000) + "tcp", "longer than"},
		{strings.Repeat("not ", 1000) + "tcp", "nested too deeply"},
	} {
		_, err := CompileFilter(tc.expr, decode.LinkEthernet, 65535)
		if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), "packet filter") {
			t.Errorf("%.40q: error %v, want one with %q", tc.expr, err, tc.want)
		}
	}
	if _, err := CompileFilter("tcp", decode.LinkRadiotap, 65535); err == nil {
		t.Error("a filter on radiotap compiles")
	}
}

// TestFilterLongJumps makes a program in which no conditional jump reaches.
func TestFilterLongJumps(t *testing.T) {
	t.Parallel()
	var parts []string
	for i := range 60 {
		parts = append(parts, "tcp port "+string(rune('0'+i%10))+string(rune('0'+i/10)))
	}
	f, err := CompileFilter(strings.Join(parts, " or "), decode.LinkEthernet, 65535)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := bpf.Assemble(f.Instructions())
	if err != nil {
		t.Fatalf("assemble: %v", err)
	}
	vm, err := bpf.NewVM(f.Instructions())
	if err != nil {
		t.Fatalf("%d instructions: %v", len(raw), err)
	}
	for port, want := range map[uint16]bool{1: true, 95: true, 96: false, 443: false} {
		frame := tcpFrame(port)
		n, err := vm.Run(frame)
		if err != nil || (n > 0) != want || f.Match(frame, len(frame)) != want {
			t.Errorf("port %d: kernel's way %d, %v, ours %v, want %v", port, n, err, f.Match(frame, len(frame)), want)
		}
	}
}

// tcpFrame is an Ethernet frame with an empty TCP segment to a port.
func tcpFrame(port uint16) []byte {
	b := make([]byte, 14+20+20)
	b[12], b[13] = 8, 0
	ip := b[14:]
	ip[0], ip[3], ip[8], ip[9] = 0x45, 40, 64, 6
	copy(ip[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	tcp := ip[20:]
	tcp[0], tcp[1], tcp[2], tcp[3], tcp[12] = 0xc0, 0x00, byte(port>>8), byte(port), 0x50
	return b
}

func FuzzCompileFilter(f *testing.F) {
	for _, expr := range filterCases {
		f.Add(expr)
	}
	frame := tcpFrame(80)
	f.Fuzz(func(t *testing.T, expr string) {
		filter, err := CompileFilter(expr, decode.LinkEthernet, 65535)
		if err != nil {
			return
		}
		// The kernel must take what we generate, and mean the same by it.
		if _, err := bpf.Assemble(filter.Instructions()); err != nil {
			t.Fatalf("%q does not assemble: %v", expr, err)
		}
		vm, err := bpf.NewVM(filter.Instructions())
		if err != nil {
			return // e.g. a constant division by zero, which is refused
		}
		n, err := vm.Run(frame)
		if err == nil && (n > 0) != filter.Match(frame, len(frame)) {
			t.Fatalf("%q: reference VM %d, ours %v", expr, n, filter.Match(frame, len(frame)))
		}
	})
}

func BenchmarkFilterMatch(b *testing.B) {
	f, err := CompileFilter("tcp and (port 80 or port 443) and not host 10.9.9.9", decode.LinkEthernet, 65535)
	if err != nil {
		b.Fatal(err)
	}
	frame := tcpFrame(443)
	b.ReportAllocs()
	for b.Loop() {
		if !f.Match(frame, len(frame)) {
			b.Fatal("no match")
		}
	}
}
