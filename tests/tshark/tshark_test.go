// Package tshark compares what the engine reads out of captures with what
// Wireshark's command-line tool reads out of the same files. It holds tests only.
package tshark

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/tests/harness"
)

// packet is what both sides say of a frame.
type packet struct {
	wire       int
	vlan       uint16
	version    uint8 // 4, 6, 0 without IP
	arp        bool
	proto      uint8
	src, dst   string // "address port"
	ported     bool   // TCP or UDP with ports that could be read
	payload    int    // TCP payload length, -1 when it is not TCP
	linkString string // frame.protocols or link type, for messages
}

// totals are the counters that are compared.
type totals struct {
	packets, bytes int
	vlans          map[uint16]int
	versions       map[uint8]int
	protos         map[uint8]int
	arp            int
	tcp, udp       int // conversations
	payload        int // bytes of TCP payload
}

func sum(packets []packet) totals {
	t := totals{vlans: map[uint16]int{}, versions: map[uint8]int{}, protos: map[uint8]int{}}
	conversations := map[string]bool{}
	for _, p := range packets {
		t.packets++
		t.bytes += p.wire
		t.vlans[p.vlan]++
		t.versions[p.version]++
		if p.arp {
			t.arp++
		}
		if p.version != 0 {
			t.protos[p.proto]++
		}
		if p.payload > 0 {
			t.payload += p.payload
		}
		if !p.ported {
			continue
		}
		key := fmt.Sprint(p.proto, p.vlan, min(p.src, p.dst), max(p.src, p.dst))
		if !conversations[key] {
			conversations[key] = true
			if p.proto == decode.ProtoTCP {
				t.tcp++
			} else {
				t.udp++
			}
		}
	}
	return t
}

// ours reads a capture with the engine.
func ours(t testing.TB, name string) []packet {
	t.Helper()
	s, err := capture.Open(name, capture.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var out []packet
	var b capture.Batch
	for s.Read(&b, 128) == nil {
		for _, f := range b.Frames {
			var p decode.Packet
			decode.Decode(f.Link, f.Data, f.WireLen, &p)
			q := packet{wire: f.WireLen, vlan: p.VLAN, version: p.IPVersion, arp: p.Layer == decode.LayerARP, proto: p.Proto, payload: -1, linkString: fmt.Sprint("link ", f.Link)}
			if p.Layer == decode.LayerTransport && (p.Proto == decode.ProtoTCP || p.Proto == decode.ProtoUDP) {
				q.ported = true
				q.src, q.dst = fmt.Sprint(p.SrcAddr(), " ", p.SrcPort), fmt.Sprint(p.DstAddr(), " ", p.DstPort)
				if p.Proto == decode.ProtoTCP {
					q.payload = int(p.PayloadLen)
				}
			}
			out = append(out, q)
		}
	}
	return out
}

var fields = []string{"frame.len", "vlan.id", "frame.protocols", "ip.proto", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "ipv6.nxt",
	"tcp.srcport", "tcp.dstport", "tcp.len", "udp.srcport", "udp.dstport", "ipv6.fraghdr.nxt", "ipv6.hopopts.nxt", "ipv6.dstopts.nxt", "ipv6.routing.nxt"}

// theirs reads a capture with tshark. Reassembly is off: every frame speaks for
// itself, as in the engine.
func theirs(t testing.TB, name string) []packet {
	t.Helper()
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed: nothing to compare with")
	}
	args := []string{"-r", name, "-n", "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=|",
		"-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE", "-o", "tcp.analyze_sequence_numbers:FALSE"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	cmd := exec.Command(tshark, args...)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var out []packet
	lines := bufio.NewScanner(pipe)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		out = append(out, parse(lines.Text()))
	}
	cmd.Wait() // a truncated capture is an error, after the packets before it
	return out
}

// closed are the protocols behind which the engine does not look for IP.
var closed = map[string]bool{"teredo": true, "ah": true, "esp": true, "geneve": true, "icmp": true, "icmpv6": true, "igmp": true, "ayiya": true}

// parse takes the innermost IP header of a line that the engine would also
// reach, by walking over the stack of protocols.
func parse(line string) packet {
	col := strings.Split(line, "\t")
	for len(col) < len(fields) {
		col = append(col, "")
	}
	list := func(name string) []string {
		for i, f := range fields {
			if f == name {
				return strings.Split(col[i], "|")
			}
		}
		return nil
	}
	at := func(name string, i int) string {
		if l := list(name); i >= 0 && i < len(l) {
			return l[i]
		}
		return ""
	}
	number := func(s string) int {
		n, _ := strconv.ParseInt(s, 0, 64)
		return int(n)
	}
	p := packet{wire: number(at("frame.len", 0)), payload: -1, linkString: col[2]}
	vlans := list("vlan.id")
	p.vlan = uint16(number(vlans[len(vlans)-1]))
	index := map[string]int{"ip": -1, "ipv6": -1, "tcp": -1, "udp": -1}
walk:
	for tok := range strings.SplitSeq(at("frame.protocols", 0), ":") {
		switch {
		case tok == "ip" || tok == "ipv6":
			index[tok]++
			p.ported, p.payload, p.proto = false, -1, 0
			i := index[tok]
			if tok == "ip" {
				p.version, p.proto = 4, uint8(number(at("ip.proto", i)))
				p.src, p.dst = at("ip.src", i), at("ip.dst", i)
			} else {
				p.version, p.proto = 6, uint8(number(at("ipv6.nxt", i)))
				p.src, p.dst = at("ipv6.src", i), at("ipv6.dst", i)
				for _, ext := range []string{"ipv6.hopopts.nxt", "ipv6.dstopts.nxt", "ipv6.routing.nxt", "ipv6.fraghdr.nxt"} {
					if v := at(ext, 0); v != "" && (p.proto == 0 || p.proto == 43 || p.proto == 44 || p.proto == 60) {
						p.proto = uint8(number(v))
					}
				}
			}
		case tok == "tcp" || tok == "udp":
			index[tok]++
			i := index[tok]
			if p.version == 0 {
				continue
			}
			p.src += " " + at(tok+".srcport", i)
			p.dst += " " + at(tok+".dstport", i)
			p.ported = true
			if tok == "tcp" {
				p.payload = number(at("tcp.len", i))
			}
		case tok == "arp" && p.version == 0:
			p.arp = true
		case closed[tok]:
			break walk
		}
	}
	return p
}

// compare returns the first difference of the totals, with the first frame
// that differs.
func compare(our, their []packet) string {
	a, b := fmt.Sprintf("%+v", sum(our)), fmt.Sprintf("%+v", sum(their))
	if a == b {
		return ""
	}
	msg := fmt.Sprintf("ours   %s\ntshark %s", a, b)
	shown := 0
	for i := range min(len(our), len(their)) {
		o, w := our[i], their[i]
		link, stack := o.linkString, w.linkString
		o.linkString, w.linkString = "", ""
		if !o.ported && !w.ported {
			o.src, o.dst, w.src, w.dst = "", "", "", ""
		}
		if o != w {
			msg += fmt.Sprintf("\n  frame %d: ours %+v (%s), tshark %+v (%s)", i+1, o, link, w, stack)
			if shown++; shown == 4 {
				break
			}
		}
	}
	return msg
}

func TestEndToEndCaptures(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob(filepath.Join(harness.Shared(t, "corpus", "e2e", "pcap"), "*"))
	if len(files) == 0 {
		t.Skip("no end-to-end captures")
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			if d := compare(ours(t, name), theirs(t, name)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestClassifierCaptures takes a sample of the classifier's captures, or all
// of them with NTOPGO_TSHARK_ALL=1 (some minutes).
func TestClassifierCaptures(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob(filepath.Join(harness.Shared(t, "corpus", "ndpi"), "*.pcap*"))
	if len(files) == 0 {
		t.Skip("no captures of the classifier")
	}
	all := os.Getenv("NTOPGO_TSHARK_ALL") != ""
	for i, name := range files {
		base := filepath.Base(name)
		_, known := differences[base]
		if !all && i%8 != 0 && !known {
			continue
		}
		t.Run(base, func(t *testing.T) {
			d := compare(ours(t, name), theirs(t, name))
			if d != "" && !known {
				t.Error(d)
			}
			if d == "" && known {
				t.Errorf("no difference any more: %s", differences[base])
			}
		})
	}
}

// differences are the captures on which both are right in their own way.
var differences = map[string]string{
	"fuzz-2006-06-26-2594.pcap":       "broken IP headers: tshark calls them IP, the engine malformed; ports of a TCP header that the IP length cuts off",
	"fuzz-2020-02-16-11740.pcap":      "broken IP headers: tshark calls them IP, the engine malformed",
	"fuzz-2021-06-07-c6c72a0a56.pcap": "the record claims 2 GiB on the wire; the engine counts the captured bytes",
	"ajp.pcap":                        "Cisco FabricPath, which the original does not read either",
	"sflow.pcap":                      "tshark goes on into the sampled headers of sFlow",
	"reasm_crash_anon.pcapng":         "a TCP header length of 0: tshark takes the rest for payload, the engine none of it",
}
