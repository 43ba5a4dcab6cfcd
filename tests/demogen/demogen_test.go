package main

import (
	"bytes"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
)

// summary is what is known of a capture without its keys.
type summary struct {
	packets, cut   int
	wire           int
	span           time.Duration
	hosts          map[netip.Addr]bool
	flows          map[string]bool
	vlans, protos  map[int]bool
	ethers, ported map[int]bool
}

func summarize(t *testing.T, name string) summary {
	t.Helper()
	s, err := capture.Open(name, capture.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sum := summary{hosts: map[netip.Addr]bool{}, flows: map[string]bool{}, vlans: map[int]bool{}, protos: map[int]bool{}, ethers: map[int]bool{}, ported: map[int]bool{}}
	var b capture.Batch
	var first, last int64
	for s.Read(&b, 128) == nil {
		for _, f := range b.Frames {
			var p decode.Packet
			var h decode.Headers
			if r := (decode.Options{}).Decode(f.Link, f.Data, f.WireLen, &p, &h); r != decode.ReasonNone {
				t.Fatalf("frame %d does not decode: reason %d, %x", sum.packets+1, r, f.Data[:min(60, len(f.Data))])
			}
			if first == 0 {
				first = f.Time
			}
			if f.Time < last {
				t.Fatalf("frame %d is earlier than the one before", sum.packets+1)
			}
			last = f.Time
			sum.packets++
			sum.wire += f.WireLen
			if len(f.Data) < f.WireLen {
				sum.cut++
			}
			sum.vlans[int(p.VLAN)] = true
			sum.ethers[int(h.EtherType)] = true
			if p.IPVersion == 0 {
				continue
			}
			sum.protos[int(p.Proto)] = true
			sum.hosts[p.SrcAddr()] = true
			if p.Layer == decode.LayerTransport {
				sum.ported[int(min(p.SrcPort, p.DstPort))] = true
				a, z := fmt.Sprint(p.SrcAddr(), p.SrcPort), fmt.Sprint(p.DstAddr(), p.DstPort)
				sum.flows[fmt.Sprint(p.Proto, p.VLAN, min(a, z), max(a, z))] = true
			}
		}
	}
	if d := s.(capture.Damaged).Damage(); d != "" {
		t.Fatal(d)
	}
	sum.span = time.Duration(last - first)
	return sum
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	if err := generate(&buf, 1); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "demo.pcap")
	if err := os.WriteFile(name, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if buf.Len() > 2<<20 {
		t.Errorf("%d bytes, want at most 2 MiB", buf.Len())
	}
	s := summarize(t, name)
	if s.span < 9*time.Minute || s.span > 10*time.Minute+30*time.Second || len(s.hosts) < 40 || len(s.flows) < 300 {
		t.Errorf("%v, %d hosts, %d flows", s.span, len(s.hosts), len(s.flows))
	}
	for what, tc := range map[string]struct {
		got  map[int]bool
		want []int
	}{
		"VLAN":        {s.vlans, []int{0, 10, 20}},
		"EtherType":   {s.ethers, []int{0x0800, 0x0806, 0x86dd}},
		"IP protocol": {s.protos, []int{1, 2, 6, 17, 58}},
		"port":        {s.ported, []int{22, 53, 67, 80, 123, 137, 443, 445, 514, 1900, 5353, 5355, 8443}},
	} {
		for _, v := range tc.want {
			if !tc.got[v] {
				t.Errorf("no %s %d", what, v)
			}
		}
	}

	// What is shipped is what this generator makes, but for random keys.
	shipped := summarize(t, filepath.Join("..", "..", "compat", "layout", "demo", "demo.pcap"))
	if !maps.Equal(shipped.flows, s.flows) {
		t.Errorf("the shipped capture has %d flows, the generator makes %d or others: generate it again", len(shipped.flows), len(s.flows))
	}
}

func TestSeedMatters(t *testing.T) {
	t.Parallel()
	var a, b bytes.Buffer
	if err := generate(&a, 2); err != nil {
		t.Fatal(err)
	}
	if err := generate(&b, 3); err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two seeds give the same capture")
	}
}
