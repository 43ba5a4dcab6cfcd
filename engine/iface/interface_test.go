package iface

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"ntopgo/engine/aggregate"
	"ntopgo/engine/capture"
	"ntopgo/engine/counters"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/hostpool"
	"ntopgo/engine/mac"
	"ntopgo/engine/network"
	"ntopgo/engine/profile"
)

// shared is the folder of captures that are not part of the repository.
func shared(t testing.TB, parts ...string) string {
	t.Helper()
	root := os.Getenv("NTOPGO_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	p := filepath.Join(append([]string{root}, parts...)...)
	if _, err := os.Stat(p); err != nil {
		t.Skipf("needs the shared captures (NTOPGO_SHARED): %v", err)
	}
	return p
}

// read runs a capture file through an interface and returns it when done.
func read(t testing.TB, file string, cfg Config, before ...func(*Interface)) *Interface {
	t.Helper()
	src, err := capture.Open(file, capture.Config{})
	if err != nil {
		t.Fatal(err)
	}
	classifier, err := dpi.New(dpi.Config{OnPanic: func(d string, v any) { t.Errorf("%s: dissector %s panicked: %v", file, d, v) }})
	if err != nil {
		t.Fatal(err)
	}
	nets, err := network.Parse("192.168.1.0/24", nil)
	if err != nil {
		t.Fatal(err)
	}
	i, err := New(cfg, Deps{Source: src, DPI: classifier, Nets: nets, Locate: somewhere})
	if err != nil {
		t.Fatal(err)
	}
	pools := hostpool.New()
	pools.Add(7, []string{"192.168.1.0/25", "8.8.8.0/24@0"})
	i.SetPools(pools)
	web, err := profile.Compile("tcp and (port 80 or port 443)", nil)
	if err != nil {
		t.Fatal(err)
	}
	i.SetProfiles(profile.NewSet([]*profile.Profile{{Name: "web", Filter: web}}))
	for _, f := range before {
		f(i)
	}
	i.Start(context.Background())
	t.Cleanup(func() { i.Close() })
	select {
	case <-i.Done():
	case <-time.After(time.Minute):
		t.Fatalf("%s: not read within a minute", file)
	}
	if err := i.Err(); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return i
}

// somewhere makes up where addresses belong: nowhere, or to one of a few systems
// and countries.
func somewhere(a netip.Addr) host.Place {
	if a.IsPrivate() || a.IsMulticast() {
		return host.Place{}
	}
	b := a.As16()
	return host.Place{AS: 64500 + uint32(b[12]%4), Country: [2]byte{'A', 'A' + b[13]%3}}
}

// describe writes down everything that must not depend on the number of shards.
func describe(i *Interface) string {
	var b strings.Builder
	s := i.Stats()
	fmt.Fprintf(&b, "total %v ipv4 %v ipv6 %v arp %v l4 %+v\n", s.Total, s.IPv4, s.IPv6, s.ARP, s.L4)
	fmt.Fprintf(&b, "shape %+v issues %+v flows %d hosts %d local %d macs %d/%d new %d\n", s.Shape, s.Issues,
		s.Flows, s.Hosts, s.LocalHosts, s.MACs, s.Devices, s.NewFlows)
	fmt.Fprintf(&b, "syn %d est %d rst %d fin %d\n", s.SynFlows, s.EstablishedFlows, s.ResetFlows, s.FinFlows)
	fmt.Fprintf(&b, "l2l %v l2r %v r2l %v r2r %v\n", s.LocalToLocal, s.LocalToRemote, s.RemoteToLocal, s.RemoteToRemote)
	s.L7.Each(func(id uint16, c *counters.L7) {
		fmt.Fprintf(&b, "l7 %d %+v %d %d\n", id, c.Duplex, c.Flows, c.Duration)
	})
	flows, _ := i.Flows(FlowQuery{})
	for _, f := range flows {
		fmt.Fprintf(&b, "flow %d %v:%d %v:%d %d %v %v %v rtt %d\n", f.ID, f.Client, f.CliPort, f.Server, f.SrvPort,
			f.Key.Proto, f.ToServer.Traffic, f.ToClient.Traffic, f.Result, f.RTT())
	}
	hosts, _ := i.ListHosts(HostQuery{})
	for _, h := range hosts {
		serves, asks := h.UsedPorts()
		router, _ := h.Router()
		fmt.Fprintf(&b, "ports of %v: %v %v behind %v\n", h.Addr, serves, asks, router)
		d := h.Snapshot()
		fmt.Fprintf(&b, "host %v@%d %v %d %d %d %d l7 %d active %d last %d rtt %v l4 %+v sent %+v rcvd %+v tcp %v %v names %+v os %d", h.Addr,
			h.VLAN, d.Traffic(), d.TotalAsClient, d.TotalAsServer, h.Contacts().Peers, h.Contacts().Lately, d.L7.Len(),
			d.ActiveSeconds, d.LastSeen, d.RTTms, d.L4, d.Sent, d.Rcvd, d.TCPSent, d.TCPRcvd, d.Names, d.OS)
		d.DSCP.Each(func(value uint8, c counters.Duplex) { fmt.Fprintf(&b, " dscp %d: %+v", value, c) })
		for _, m := range []*counters.L7Map{&d.L7, &d.Categories} {
			m.Each(func(id uint16, c *counters.L7) { fmt.Fprintf(&b, " %d: %+v %d %d", id, c.Duplex, c.Flows, c.Duration) })
		}
		b.WriteString("\n")
	}
	for _, m := range sortedMACs(i) {
		d := m.Snapshot()
		fmt.Fprintf(&b, "mac %v %v hosts %d seen %d %d", m.Address, d.Traffic, d.Hosts, d.FirstSeen, d.LastSeen)
		d.L7.Each(func(id uint16, c *counters.L7) { fmt.Fprintf(&b, " %d: %+v %d %d", id, c.Duplex, c.Flows, c.Duration) })
		b.WriteString("\n")
	}
	for k := aggregate.AS; k <= aggregate.ObservationPoint; k++ {
		for _, g := range i.Groups(k) {
			fmt.Fprintf(&b, "group %v hosts %d/%d %v inner %v broadcast %v tcp %v %v %v flows %d rtt %d/%d seen %d %d", g.Key, g.Hosts, g.Addressed, g.Traffic,
				g.Inner, g.Broadcast, g.TCPSent, g.TCPRcvd, g.TCPInner, g.Flows, g.RTT, g.RTTs, g.FirstSeen, g.LastSeen)
			g.L7.Each(func(id uint16, c *counters.L7) { fmt.Fprintf(&b, " %d: %+v %d %d", id, c.Duplex, c.Flows, c.Duration) })
			b.WriteString("\n")
		}
	}
	for _, p := range i.Profiles() {
		fmt.Fprintf(&b, "profile %s %v\n", p.Name, p.Traffic())
	}
	for _, v := range i.Services().All() {
		fmt.Fprintf(&b, "service %+v\n", v)
	}
	for _, v := range i.Periodicities().All() {
		fmt.Fprintf(&b, "periodic %+v\n", v)
	}
	return b.String()
}

func sortedMACs(i *Interface) []*mac.Mac {
	all := i.MACs()
	slices.SortFunc(all, func(a, b *mac.Mac) int { return bytes.Compare(a.Address[:], b.Address[:]) })
	return all
}

func TestShardsAgree(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(shared(t, "corpus", "e2e", "pcap"), "*.pcap"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			one := describe(read(t, file, Config{Shards: 1}))
			for _, n := range []int{2, 3, 7} {
				if got := describe(read(t, file, Config{Shards: n})); got != one {
					t.Errorf("%d shards differ from one:\n%s", n, firstDifference(one, got))
				}
			}
		})
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			return fmt.Sprintf("one:  %s\nmany: %s", x[i], strings.Join(y[min(i, len(y)):min(i+1, len(y))], ""))
		}
	}
	return "more lines"
}

func TestTotalsAddUp(t *testing.T) {
	i := read(t, shared(t, "corpus", "e2e", "pcap", "test_01.pcap"), Config{})
	s := i.Stats()
	if got := s.IPv4.Packets + s.IPv6.Packets + s.ARP.Packets + s.OtherEth.Packets; got != s.Total.Packets {
		t.Errorf("layer-3 packets add up to %d of %d", got, s.Total.Packets)
	}
	var flows, l7 counters.Traffic
	i.EachFlow(func(f *flow.Flow) {
		flows.Add(f.ToServer.Traffic)
		flows.Add(f.ToClient.Traffic)
	})
	s.L7.Each(func(_ uint16, c *counters.L7) { l7.Add(c.Sent); l7.Add(c.Rcvd) })
	if flows != l7 {
		t.Errorf("flows count %v, protocols %v", flows, l7)
	}
	var sent counters.Traffic
	for _, h := range i.Hosts() {
		h.Update(func(d *host.Data) { sent.Add(d.Traffic().Sent) })
	}
	if sent != flows {
		t.Errorf("hosts sent %v, flows carry %v", sent, flows)
	}
}

func TestLimitsAreCounted(t *testing.T) {
	i := read(t, shared(t, "corpus", "e2e", "pcap", "test_01.pcap"), Config{MaxFlows: 10, MaxHosts: 5})
	s := i.Stats()
	if s.Flows != 10 || s.FlowsRefused == 0 {
		t.Errorf("%d flows, %d refused; want 10 and some", s.Flows, s.FlowsRefused)
	}
	if s.Hosts != 5 || s.HostsRefused == 0 {
		t.Errorf("%d hosts, %d refused; want 5 and some", s.Hosts, s.HostsRefused)
	}
	if all := read(t, shared(t, "corpus", "e2e", "pcap", "test_01.pcap"), Config{}).Stats(); s.Total != all.Total {
		t.Errorf("interface counts %v with limits, %v without", s.Total, all.Total)
	}
}

// TestReadersChangeNothing asks for hosts all the time while a capture is read:
// what it makes of them in the end must be the same.
func TestReadersChangeNothing(t *testing.T) {
	t.Parallel()
	quiet := describe(run(t, &made{flows: 9000, packets: 60000, perSecond: 2000}, 2))
	i := start(t, &made{flows: 9000, packets: 60000, perSecond: 2000}, 2)
	asked := 0
	for done := false; !done; asked++ {
		select {
		case <-i.Done():
			done = true
		default:
		}
		i.ListHosts(HostQuery{Limit: 10})
		i.MACs()
		i.Flows(FlowQuery{Limit: 10})
	}
	if got := describe(i); got != quiet {
		t.Errorf("asked %d times, the result differs:\n%s", asked, firstDifference(quiet, got))
	}
}
