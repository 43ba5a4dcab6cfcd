package iface

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/counters"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
	"ntopgo/engine/network"
)

// collecting is an interface that gets flows.
func collecting(t *testing.T, shards int) *Interface {
	t.Helper()
	engine, err := dpi.New(dpi.Config{TableYear: 2024})
	if err != nil {
		t.Fatal(err)
	}
	nets, err := network.Parse("192.168.1.0/24", nil)
	if err != nil {
		t.Fatal(err)
	}
	i, err := New(Config{ID: 1, Shards: shards}, Deps{Source: capture.NewSilent(capture.Info{Name: "tcp://x", Kind: capture.KindZMQ}),
		DPI: engine, Nets: nets})
	if err != nil {
		t.Fatal(err)
	}
	i.Start(context.Background())
	t.Cleanup(func() { _ = i.Close() })
	return i
}

func report(now time.Time) *flow.Report {
	return &flow.Report{Src: netip.MustParseAddr("192.168.1.10"), Dst: netip.MustParseAddr("203.0.113.5"), SrcPort: 40000, DstPort: 443,
		Proto: 6, VLAN: 7, SrcMAC: mac.Addr{2, 0, 0, 0, 0, 1}, DstMAC: mac.Addr{2, 0, 0, 0, 0, 2},
		First: now.Add(-10 * time.Second).UnixNano(), Last: now.UnixNano(), Arrived: now.UnixNano(),
		Up:     flow.Reported{Traffic: counters.Traffic{Packets: 10, Bytes: 1000}, TCPFlags: 0x1a, Retransmissions: 2},
		Down:   flow.Reported{Traffic: counters.Traffic{Packets: 20, Bytes: 20000}, TCPFlags: 0x1a, Fragments: 3},
		Result: dpi.Result{Master: 91, App: 126}, Meta: dpi.Metadata{HostName: "www.google.com"},
		ClientLatency: 2e6, ServerLatency: 3e6,
		Origin: flow.Origin{Exporter: netip.MustParseAddr("10.0.0.1"), In: 3, Out: 4, ObsPoint: 9}}
}

func only(t *testing.T, i *Interface) flow.Flow {
	t.Helper()
	list, n := i.Flows(FlowQuery{})
	if n != 1 {
		t.Fatalf("%d flows, want 1", n)
	}
	return list[0]
}

// TestCollect reports a flow, an update of it, and its answer as another flow
// record of the other direction.
func TestCollect(t *testing.T) {
	t.Parallel()
	for _, shards := range []int{1, 3} {
		i := collecting(t, shards)
		now := time.Now()
		if !i.Collect(report(now)) || !i.Collect(report(now.Add(time.Second))) {
			t.Fatal("no room")
		}
		back := report(now.Add(2 * time.Second))
		back.Swap()
		if back.Swapped = false; back.SrcPort != 443 || back.Up.Packets != 20 {
			t.Fatalf("not exchanged: %+v", back)
		}
		if !i.Collect(back) {
			t.Fatal("no room")
		}
		f := only(t, i)
		if f.Client != report(now).Src || f.ToServer.Packets != 30 || f.ToServer.Bytes != 3000 || f.ToClient.Packets != 60 || f.ToClient.Bytes != 60000 ||
			f.ToServer.Issues.Retransmissions != 6 || f.ToClient.Fragments != 9 || f.State != flow.TCPEstablished || f.CliMAC != (mac.Addr{2, 0, 0, 0, 0, 1}) {
			t.Errorf("counted %+v", f)
		}
		if f.Result.App != 126 || f.Result.Master != 91 || f.Result.Category != 5 || f.Metadata().HostName != "www.google.com" {
			t.Errorf("classified as %+v %+v", f.Result, f.Metadata())
		}
		if f.ClientLatency != 2e6 || f.ServerLatency != 3e6 || f.LastSeen != now.Add(2*time.Second).UnixNano() || f.FirstSeen != now.Add(-10*time.Second).UnixNano() {
			t.Errorf("times %d %d %d %d", f.ClientLatency, f.ServerLatency, f.FirstSeen, f.LastSeen)
		}
		if o := f.Origin; o == nil || o.Exporter.String() != "10.0.0.1" || o.In != 3 || o.Out != 4 || o.ObsPoint != 9 {
			t.Errorf("origin %+v", f.Origin)
		}
		// The interface and the hosts learn of it with the next roll-up.
		deadline := time.Now().Add(10 * time.Second)
		for i.Stats().Total.Packets < 90 && time.Now().Before(deadline) {
			time.Sleep(20 * time.Millisecond)
		}
		s := i.Stats()
		if s.Total != (counters.Traffic{Packets: 90, Bytes: 63000}) || s.Counters.Egress.Bytes != 3000 || s.Counters.Ingress.Bytes != 60000 || s.L4.TCP.Sent.Packets != 30 ||
			s.EstablishedFlows != 1 || s.NewFlows != 1 || !s.SeenVLAN || !s.SeenMAC || s.LocalToRemote.Packets != 30 || s.Issues.Retransmissions != 6 {
			t.Errorf("interface %+v", s.Counters)
		}
		if d := s.L7.At(126); d.Bytes() != 63000 || d.Flows != 1 {
			t.Errorf("protocol %+v", d)
		}
		h := i.Host(host.Key{Addr: f.Client, VLAN: 7})
		if h == nil {
			t.Fatal("no host")
		}
		if d := h.Snapshot(); d.Traffic().Sent.Bytes != 3000 || d.Traffic().Rcvd.Packets != 60 {
			t.Errorf("host %+v", d.Traffic())
		}
		p := i.ObsPoints()
		if len(p) != 1 || p[0].Flows != 1 || p[0].Traffic.Bytes() != 63000 || len(p[0].Hosts) != 2 || !p[0].Exporters[netip.MustParseAddr("10.0.0.1")] {
			t.Errorf("observation points %+v", p)
		}
		if i.MarkObsPoint(8) || !i.MarkObsPoint(9) || !i.ObsPoints()[0].Removing || !i.DeleteObsPoint(9) || len(i.ObsPoints()) != 0 {
			t.Error("the observation point cannot be deleted")
		}
	}
}

// TestCollectTotals reports totals out of order.
func TestCollectTotals(t *testing.T) {
	t.Parallel()
	i := collecting(t, 1)
	now := time.Now()
	for _, packets := range []uint64{10, 30, 20} {
		r := report(now)
		r.Absolute = true
		r.Up.Traffic = counters.Traffic{Packets: packets, Bytes: packets * 100}
		if !i.Collect(r) {
			t.Fatal("no room")
		}
	}
	if f := only(t, i); f.ToServer.Packets != 30 || f.ToServer.Bytes != 3000 || f.ToClient.Packets != 20 {
		t.Errorf("counted %+v %+v", f.ToServer.Traffic, f.ToClient.Traffic)
	}
}

// TestCollectUnknown lets the classifier guess what the probe could not name, and
// refuses what is no flow.
func TestCollectUnknown(t *testing.T) {
	t.Parallel()
	i := collecting(t, 2)
	r := report(time.Now())
	r.Result, r.Meta, r.DstPort, r.FlagsOfBoth, r.Up.TCPFlags, r.Down.TCPFlags = dpi.Result{}, dpi.Metadata{}, 22, 0x13, 0, 0
	r.Origin = flow.Origin{Client: flow.Agent{Process: &flow.Process{PID: 5, Name: "ssh"}}}
	if !i.Collect(r) {
		t.Fatal("no room")
	}
	again := report(time.Now())
	again.DstPort, again.Origin = 22, flow.Origin{EndReason: "active"}
	if !i.Collect(again) {
		t.Fatal("no room")
	}
	f := only(t, i)
	if f.Result.App != 92 && f.Result.Master != 92 || f.State != flow.TCPClosed {
		t.Errorf("%+v, state %d", f.Result, f.State)
	}
	if p := f.Origin.Client.Process; p == nil || p.PID != 5 || f.Origin.EndReason != "active" {
		t.Errorf("origin %+v", f.Origin)
	}
	r.Dst = netip.MustParseAddr("2001:db8::1")
	if i.Collect(r) || i.Collect(&flow.Report{}) {
		t.Error("no flow was collected")
	}
}

// TestAnnotate tells an interface that sees packets which process sends them.
func TestAnnotate(t *testing.T) {
	t.Parallel()
	engine, err := dpi.New(dpi.Config{TableYear: 2024})
	if err != nil {
		t.Fatal(err)
	}
	nets, err := network.Parse("192.168.1.0/24", nil)
	if err != nil {
		t.Fatal(err)
	}
	src := &fakeLive{closed: make(chan struct{}), batches: [][]capture.Frame{{udpFrame(time.Now(), 1)}}}
	i, err := New(Config{Shards: 2}, Deps{Source: src, DPI: engine, Nets: nets})
	if err != nil {
		t.Fatal(err)
	}
	i.Start(context.Background())
	defer i.Close()
	for end := time.Now().Add(10 * time.Second); i.Stats().Flows == 0 && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
	}
	before := only(t, i)
	// The agent is on the server.
	r := &flow.Report{Src: before.Server, Dst: before.Client, SrcPort: before.SrvPort, DstPort: before.CliPort, Proto: 17, Arrived: 1,
		Up: flow.Reported{Traffic: counters.Traffic{Packets: 9, Bytes: 900}}, Origin: flow.Origin{HasAgent: true, Client: flow.Agent{Process: &flow.Process{PID: 8, Name: "named"}}}}
	if !i.Annotate(r) {
		t.Fatal("the flow is not found")
	}
	f := only(t, i)
	if f.Packets() != before.Packets() || f.Origin == nil || f.Origin.Client.Process != nil || f.Origin.Server.Process == nil || f.Origin.Server.Process.Name != "named" {
		t.Errorf("%+v %+v", f.ToServer.Traffic, f.Origin)
	}
	r.SrcPort++
	if i.Annotate(r) || i.Annotate(&flow.Report{}) {
		t.Error("a flow that does not exist was found")
	}
	// The time of an agent's word does not make the flow older.
	s := i.shards[0]
	if len(i.shards) > 1 && s.flows.Len() == 0 {
		s = i.shards[1]
	}
	s.mu.Lock()
	gone := s.flows.Purge(before.LastSeen)
	s.mu.Unlock()
	if gone != 0 {
		t.Error("the flow was forgotten")
	}
}
