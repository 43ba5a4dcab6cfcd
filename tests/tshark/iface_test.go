package tshark

import (
	"context"
	"fmt"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/iface"
	"ntopgo/engine/network"
	"ntopgo/tests/harness"
)

// load runs a capture through a whole interface.
func load(t *testing.T, name string) *iface.Interface {
	t.Helper()
	src, err := capture.Open(name, capture.Config{})
	if err != nil {
		t.Fatal(err)
	}
	classifier, err := dpi.New(dpi.Config{OnPanic: func(d string, v any) { t.Errorf("%s: dissector %s panicked: %v", name, d, v) }})
	if err != nil {
		t.Fatal(err)
	}
	nets, err := network.Parse(network.Default, nil)
	if err != nil {
		t.Fatal(err)
	}
	i, err := iface.New(iface.Config{MaxFlows: -1, MaxHosts: -1}, iface.Deps{Source: src, DPI: classifier, Nets: nets})
	if err != nil {
		t.Fatal(err)
	}
	i.Start(context.Background())
	t.Cleanup(func() { i.Close() })
	select {
	case <-i.Done():
	case <-time.After(2 * time.Minute):
		t.Fatal("not read within two minutes")
	}
	return i
}

// view is what both define alike: hosts, conversations and counters.
type view struct {
	packets, bytes uint64
	l4             map[string]uint64 // packets
	hosts          []string
	tcp, udp       int               // conversations
	named          map[string]uint64 // packets of protocols that a single datagram shows
}

func (v view) String() string {
	return fmt.Sprintf("packets %d bytes %d l4 %v tcp %d udp %d named %v\nhosts %d: %s", v.packets, v.bytes, v.l4, v.tcp,
		v.udp, v.named, len(v.hosts), strings.Join(v.hosts, " "))
}

// datagramProtocols are told from each datagram alone by both sides.
var datagramProtocols = map[string]string{"dns": "DNS", "mdns": "MDNS", "llmnr": "LLMNR", "dhcp": "DHCP", "ntp": "NTP"}

func engineView(t *testing.T, name string) view {
	i := load(t, name)
	s := i.Stats()
	v := view{packets: s.Total.Packets, bytes: s.Total.Bytes, named: map[string]uint64{},
		l4: map[string]uint64{"tcp": s.L4.TCP.Packets(), "udp": s.L4.UDP.Packets(), "icmp": s.L4.ICMP.Packets(), "other": s.L4.Other.Packets()}}
	for _, h := range i.Hosts() {
		v.hosts = append(v.hosts, fmt.Sprintf("%s@%d", h.Addr, h.VLAN))
	}
	sort.Strings(v.hosts)
	// A flow of DNS is one transaction, as in the original; a conversation has many.
	conversations := map[string]bool{}
	i.EachFlow(func(f *flow.Flow) {
		if f.Key.Proto == decode.ProtoTCP {
			v.tcp++
		}
		k := fmt.Sprint(f.Key.A, f.Key.PortA, f.Key.B, f.Key.PortB, f.Key.VLAN)
		if f.Key.Proto == decode.ProtoUDP && !conversations[k] {
			conversations[k] = true
			v.udp++
		}
		if f.Key.Proto != decode.ProtoUDP || f.Result.Confidence == dpi.ConfidencePort {
			return // a guess by port, of datagrams that tshark names nothing
		}
		id := f.Result.App
		if f.Result.Master != 0 {
			id = f.Result.Master
		}
		protocol := i.Classifier().Protocol(id).Name
		for tshark, ours := range datagramProtocols {
			if protocol == ours {
				v.named[tshark] += f.Packets()
			}
		}
	})
	var l7 uint64
	s.L7.Each(func(_ uint16, c *counters.L7) { l7 += c.Packets() })
	var inFlows uint64
	i.EachFlow(func(f *flow.Flow) { inFlows += f.Packets() })
	if l7 != inFlows {
		t.Errorf("applications count %d packets, flows %d", l7, inFlows)
	}
	return v
}

func tsharkView(t *testing.T, name string) view {
	packets := theirs(t, name)
	v := view{named: map[string]uint64{}, l4: map[string]uint64{"tcp": 0, "udp": 0, "icmp": 0, "other": 0}}
	total := sum(packets)
	v.packets, v.bytes, v.tcp, v.udp = uint64(total.packets), uint64(total.bytes), total.tcp, total.udp
	hosts := map[string]bool{}
	for _, p := range packets {
		if p.version == 0 {
			continue
		}
		switch p.proto {
		case decode.ProtoTCP:
			v.l4["tcp"]++
		case decode.ProtoUDP:
			v.l4["udp"]++
		case decode.ProtoICMP, decode.ProtoICMPv6:
			v.l4["icmp"]++
		default:
			v.l4["other"]++
		}
		for _, end := range []string{p.src, p.dst} {
			addr, _, _ := strings.Cut(end, " ")
			hosts[fmt.Sprintf("%s@%d", addr, p.vlan)] = true
		}
		if p.proto == decode.ProtoUDP {
			for tok := range datagramProtocols {
				if strings.HasSuffix(p.linkString, ":udp:"+tok) {
					v.named[tok]++
				}
			}
		}
	}
	for h := range hosts {
		v.hosts = append(v.hosts, h)
	}
	sort.Strings(v.hosts)
	return v
}

// TestInterfaceCounts compares a whole interface with tshark on the end-to-end
// captures: packets, bytes, hosts, conversations, transport protocols, and the
// application protocols that each datagram shows by itself.
func TestInterfaceCounts(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob(filepath.Join(harness.Shared(t, "corpus", "e2e", "pcap"), "*"))
	if len(files) == 0 {
		t.Skip("no end-to-end captures")
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			if ours, theirs := engineView(t, name).String(), tsharkView(t, name).String(); ours != theirs {
				t.Errorf("ours   %s\ntshark %s", ours, theirs)
			}
		})
	}
}
