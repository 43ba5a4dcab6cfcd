package flow

import (
	"math/rand/v2"
	"strings"
	"testing"

	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
)

// TestIndexAgainstMap adds and removes at random and compares with a map; few
// different hashes make long runs of occupied slots.
func TestIndexAgainstMap(t *testing.T) {
	t.Parallel()
	for _, spread := range []uint32{7, 1 << 11, 1 << 31} {
		rnd := rand.New(rand.NewPCG(1, uint64(spread)))
		x := newIndex()
		want := map[uint32]uint32{} // number to hash
		for step := range 60000 {
			n := rnd.Uint32N(6000)
			if step > 40000 {
				n = rnd.Uint32N(12000) % 6000
			}
			if h, in := want[n]; in {
				x.remove(h, n)
				delete(want, n)
			} else if spread > 7 || len(want) < 500 {
				h := rnd.Uint32N(spread)
				x.add(h, n)
				want[n] = h
			}
		}
		if x.used != len(want) {
			t.Fatalf("spread %d: %d used, want %d", spread, x.used, len(want))
		}
		for n, h := range want {
			found := false
			for i := h & x.mask(); x.slots[i] != 0; i = (i + 1) & x.mask() {
				found = found || x.slots[i] == uint64(h)<<32|uint64(n+1)
			}
			if !found {
				t.Fatalf("spread %d: record %d is lost", spread, n)
			}
		}
	}
}

func TestDirectionsShareAFlow(t *testing.T) {
	t.Parallel()
	table := newTestTable(t, &Limit{})
	var f Flow
	for n := range 300 {
		a := feed(table, udp(n, int64(n+1), false))
		if b := feed(table, udp(n, int64(n+2), true)); a != b {
			t.Fatalf("flow %d: the answer is another flow", n)
		}
		a.View(&f)
		if f.ToServer.Packets != 1 || f.ToClient.Packets != 1 || f.Client.As4()[0] != 10 || f.SrvPort != 40001 {
			t.Fatalf("flow %d: %v:%d to %v:%d, %v %v", n, f.Client, f.CliPort, f.Server, f.SrvPort, f.ToServer.Traffic, f.ToClient.Traffic)
		}
	}
	if table.Len() != 300 || table.TakeCounts().New != 300 {
		t.Errorf("%d flows, want 300", table.Len())
	}
}

// TestGainsAddUp rolls up between packets: what was handed over must be what
// the flow counts.
func TestGainsAddUp(t *testing.T) {
	t.Parallel()
	table := newTestTable(t, &Limit{})
	var up, down counters.Gain
	rolls := 0
	apply := func(part []Pending) {
		for i := range part {
			rolls++
			up.Add(&part[i].Gain[0])
			down.Add(&part[i].Gain[1])
		}
	}
	var r *Record
	for n := range 100 {
		r = feed(table, udp(1, int64(n+1)*1e6, n%3 == 2))
		if n%7 == 0 {
			table.RollUp(apply)
		}
	}
	table.RollUp(apply)
	table.RollUp(apply) // nothing is left
	sent, rcvd := r.Totals()
	if up.Traffic() != sent || down.Traffic() != rcvd || sent.Packets+rcvd.Packets != 100 {
		t.Errorf("handed over %v %v, counted %v %v", up.Traffic(), down.Traffic(), sent, rcvd)
	}
	if rolls != 16 {
		t.Errorf("%d gains handed over, want 16", rolls)
	}
}

func TestPurgeFreesRecords(t *testing.T) {
	t.Parallel()
	limit := &Limit{Max: 1000}
	table := newTestTable(t, limit)
	for n := range 1500 {
		feed(table, udp(n, int64(n+1)*1e9, false))
	}
	if n, refused := limit.Len(); n != 1000 || refused != 500 {
		t.Fatalf("%d flows and %d refused, want 1000 and 500", n, refused)
	}
	ended := 0
	gone := table.Purge(400e9, func([]Pending) {}, func(*Record) { ended++ })
	if n, _ := limit.Len(); gone != 399 || ended != 399 || n != 601 || table.Len() != 601 {
		t.Fatalf("%d purged, %d ended, %d and %d left; want 399, 399, 601, 601", gone, ended, n, table.Len())
	}
	slabs := len(table.slabs)
	for n := range 399 {
		if feed(table, udp(5000+n, 2000e9, false)) == nil {
			t.Fatal("no room where flows had ended")
		}
	}
	if len(table.slabs) != slabs {
		t.Errorf("%d slabs, want the %d that were there", len(table.slabs), slabs)
	}
	for n := range 1000 {
		if k, _ := KeyOf(udp(n, 0, false)); (table.find(&k, uint32(k.Hash(testSeed))) != nil) != (n >= 399) {
			t.Fatalf("flow %d: found is %v", n, n < 399)
		}
	}
}

// TestSwapReachesTheClassifier lets a server's banner open the flow: once the
// client answers, the banner must count as the server's.
func TestSwapReachesTheClassifier(t *testing.T) {
	t.Parallel()
	table := newTestTable(t, &Limit{})
	feed(table, tcp(1e9, decode.ACK|decode.PSH, 100, "SSH-2.0-server_1\r\n", true))
	feed(table, tcp(2e9, decode.ACK|decode.PSH, 100, "SSH-2.0-client_1\r\n", false))
	r := feed(table, tcp(3e9, decode.ACK, 118, "", false))
	var f Flow
	r.View(&f)
	if !f.Swapped || f.SrvPort != 22 || f.CliPort != 50000 {
		t.Fatalf("swapped %v, %d to %d", f.Swapped, f.CliPort, f.SrvPort)
	}
	if f.Meta == nil || !strings.Contains(f.Meta.SSHServer, "server_1") || !strings.Contains(f.Meta.SSHClient, "client_1") {
		t.Errorf("signatures: %+v", f.Meta)
	}
}

// TestAnswerClearsOneWayRisk: a flow that its first packet decided is one-way
// until the other side speaks.
func TestAnswerClearsOneWayRisk(t *testing.T) {
	t.Parallel()
	table := newTestTable(t, &Limit{})
	icmp := func(at int64, back bool) *decode.Packet {
		p := udp(1, at, back)
		p.Proto, p.SrcPort, p.DstPort, p.ICMPType = decode.ProtoICMP, 0, 0, 8
		return p
	}
	r := feed(table, icmp(1e9, false))
	if !r.Classified() || r.Result.Risks>>riskUnidirectional&1 == 0 {
		t.Fatalf("first packet: classified %v, risks %b; want one-way", r.Classified(), r.Result.Risks)
	}
	if feed(table, icmp(2e9, false)); r.Result.Risks>>riskUnidirectional&1 == 0 {
		t.Error("a second packet of the same side ended the risk")
	}
	if feed(table, icmp(3e9, true)); r.Result.Risks>>riskUnidirectional&1 != 0 {
		t.Error("still one-way after the answer")
	}
}
