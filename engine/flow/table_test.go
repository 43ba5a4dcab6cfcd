package flow

import (
	"math/rand/v2"
	"strings"
	"sync"
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
		table.View(a, &f)
		if f.ToServer.Packets != 1 || f.ToClient.Packets != 1 || f.Client.As4()[0] != 10 || f.SrvPort != 40001 {
			t.Fatalf("flow %d: %v:%d to %v:%d, %v %v", n, f.Client, f.CliPort, f.Server, f.SrvPort, f.ToServer.Traffic, f.ToClient.Traffic)
		}
	}
	if table.Len() != 300 || begun(table) != 300 {
		t.Errorf("%d flows, want 300", table.Len())
	}
}

// begun is how many flows the table counted as new since it was last asked.
func begun(t *Table) (n uint64) {
	t.TakeSums(func(s *Sums) { n = s.New })
	return n
}

// TestGainsAddUp lets seconds pass between packets and asks for gains before
// their time: what was handed over must be what the flow counts, with every
// second in which it spoke.
func TestGainsAddUp(t *testing.T) {
	t.Parallel()
	for _, ask := range []int{0, 1, 7, 60} {
		table := newTestTable(t, &Limit{})
		var up, down counters.Gain
		var seen counters.Seconds
		seconds := uint32(0)
		table.hooks.Gains = func(part []Pending) {
			for i := range part {
				if table.Flow(&part[i]) != nil {
					up.Add(&part[i].Gain[0])
					down.Add(&part[i].Gain[1])
					seconds += seen.Note(part[i].First, part[i].Seconds)
				}
			}
		}
		var r *Record
		sec, spoken := uint32(1e9), map[uint32]bool{}
		table.Advance(sec)
		for n := range 300 {
			r = feed(table, udp(1, int64(sec)*1e9+int64(n), n%3 == 2))
			spoken[sec] = true
			switch {
			case n == 200:
				sec += 100 // a gap
			case n%3 == 0:
				sec++
			}
			table.Advance(sec)
			if ask != 0 && n%ask == 0 {
				table.PassSome(table.Gaining(), 1<<20)
			}
		}
		if held := table.gains.len(); held > 1 {
			t.Errorf("asked every %d packets: %d gains are held, want 1 at most", ask, held)
		}
		table.PassSome(table.Gaining(), 1<<20)
		sent, rcvd := r.Totals()
		if up.Traffic() != sent || down.Traffic() != rcvd || sent.Packets+rcvd.Packets != 300 {
			t.Errorf("asked every %d packets: handed over %v %v, counted %v %v", ask, up.Traffic(), down.Traffic(), sent, rcvd)
		}
		if int(seconds) != len(spoken) {
			t.Errorf("asked every %d packets: %d seconds, want %d", ask, seconds, len(spoken))
		}
	}
}

// TestGainsOfABusyFlow has more packets in a second than a narrow counter holds.
func TestGainsOfABusyFlow(t *testing.T) {
	t.Parallel()
	table := newTestTable(t, &Limit{})
	var sum counters.PacketShape
	var packets uint64
	table.hooks.Gains = func(part []Pending) {
		for i := range part {
			if table.Flow(&part[i]) != nil {
				for way := range part[i].Gain {
					sum.AddGain(&part[i].Gain[way])
					packets += uint64(part[i].Gain[way].Packets)
				}
			}
		}
	}
	const most = 200_000
	for n := range most {
		feed(table, udp(1, 1e18, false))
		if n == 60_000 { // the sizes change sides, the number of packets stays
			table.swap(table.record(0))
		}
	}
	table.PassSome(table.Gaining(), 1<<20)
	sized := uint64(0)
	for _, n := range sum.Sizes {
		sized += n
	}
	if packets != most || sized != most {
		t.Errorf("%d packets and %d by their size, want %d", packets, sized, most)
	}
}

// TestQueueOfGains adds and takes at random, over the end of the numbers.
func TestQueueOfGains(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(3, 4))
	q := newGains()
	q.head, q.tail = ^uint32(0)-20000, ^uint32(0)-20000
	var want []uint32 // flows, oldest first
	numbers := map[uint32]uint32{}
	next := uint32(1)
	for range 60000 {
		if n := rnd.IntN(5); n > 1 && len(want) < 9000 {
			k := q.push(entry{flow: next})
			if k == 0 {
				t.Fatal("a place got the number of nobody")
			}
			numbers[next] = k
			want = append(want, next)
			next++
			continue
		}
		part := q.part(1 + rnd.Uint32N(64))
		n := uint32(len(part))
		for i := range part {
			if part[i].flow == 0 { // the place that is left out
				continue
			}
			if part[i].flow != want[0] || q.at(numbers[want[0]]).flow != want[0] {
				t.Fatalf("flow %d at the head, want %d", part[i].flow, want[0])
			}
			want = want[1:]
		}
		q.drop(n)
	}
	if int(q.len()) != len(want) || q.tail > 1<<31 {
		t.Errorf("%d places, want %d; numbers end at %d", q.len(), len(want), q.tail)
	}
}

// TestRestIsTakenOnce has several goroutines take what flows gained, from a queue that
// begins inside of a part and goes on in another chunk, also where its numbers end.
func TestRestIsTakenOnce(t *testing.T) {
	t.Parallel()
	for _, head := range []uint32{1, 100, gainsPlaces - 700, ^uint32(0) - 700} {
		table := newTestTable(t, &Limit{})
		table.gains.head, table.gains.tail = head, head
		const flows = 1500
		for range 3 {
			for n := range flows {
				feed(table, udp(n, 1e18, false))
			}
		}
		rest := table.Rest()
		var taken [4][]Pending
		var wg sync.WaitGroup
		for n := range taken {
			wg.Go(func() {
				var room RestPart
				for part, ok := rest.Take(&room); ok; part, ok = rest.Take(&room) {
					taken[n] = append(taken[n], part...)
				}
			})
		}
		wg.Wait()
		packets := map[*Record]uint32{}
		for _, part := range taken {
			for i := range part {
				if r := table.Flow(&part[i]); r != nil { // a place may be left out
					packets[r] += part[i].Gain[0].Packets
				}
			}
		}
		if len(packets) != flows {
			t.Errorf("from %d: gains of %d flows, want %d", head, len(packets), flows)
		}
		for r, n := range packets {
			if n != 3 || r.pending != 0 {
				t.Fatalf("from %d: %d packets of a flow, want 3", head, n)
			}
		}
		if rest.Left() {
			t.Errorf("from %d: something is left", head)
		}
		rest.Drop()
		if n := table.gains.len(); n != 0 {
			t.Errorf("from %d: %d gains are held", head, n)
		}
		if again := table.Rest(); again.Left() {
			t.Errorf("from %d: an empty rest has something left", head)
		}
	}
}

// TestRatesBySecond compares the rates of the last seconds with what was sent.
func TestRatesBySecond(t *testing.T) {
	t.Parallel()
	table := newTestTable(t, &Limit{})
	rnd := rand.New(rand.NewPCG(5, 6))
	sent := map[uint32]uint64{}
	sec := uint32(1e9)
	table.Advance(sec)
	r := feed(table, udp(1, int64(sec)*1e9, false))
	sent[sec]++
	for range 500 {
		for range rnd.IntN(3) {
			feed(table, udp(1, int64(sec)*1e9, rnd.IntN(2) == 0))
			sent[sec]++
		}
		second, list := table.Active(nil)
		for back := uint32(0); back < 3; back++ {
			if got := r.In(sec - back).Packets; got != sent[sec-back] && r.second-(sec-back) < 1<<31 {
				t.Fatalf("%d packets %d seconds ago, want %d", got, back, sent[sec-back])
			}
		}
		if lately := sent[sec-1]+sent[sec-2] > 0; second != sec || (len(list) == 1) != lately {
			t.Fatalf("second %d: active %v, want %v", sec, list, lately)
		}
		sec += 1 + rnd.Uint32N(4)/3*rnd.Uint32N(4)
		table.Advance(sec)
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
	table.hooks.Ended = func(*Record, Links) { ended++ }
	gone := table.Purge(400e9)
	if n, _ := limit.Len(); gone != 399 || ended != 399 || n != 601 || table.Len() != 601 {
		t.Fatalf("%d purged, %d ended, %d and %d left; want 399, 399, 601, 601", gone, ended, n, table.Len())
	}
	room := table.records.Cap()
	for n := range 399 {
		if feed(table, udp(5000+n, 2000e9, false)) == nil {
			t.Fatal("no room where flows had ended")
		}
	}
	if table.records.Cap() != room || table.next != 1000 {
		t.Errorf("room for %d records, %d used; want the %d and 1000 that were there", table.records.Cap(), table.next, room)
	}
	for n := range 1000 {
		p := udp(n, 0, false)
		id, _ := Identify(p, testSeed)
		if k := id.Key(p); (table.find(&k, uint32(id.Hash)) != nil) != (n >= 399) {
			t.Fatalf("flow %d: found is %v", n, n < 399)
		}
	}
}

// TestSwapReachesTheClassifier lets a server's banner open the flow: once the
// client answers, the banner must count as the server's.
func TestSwapReachesTheClassifier(t *testing.T) {
	t.Parallel()
	table := newTestTable(t, &Limit{})
	table.hooks.New = func(r *Record, _ *decode.Packet) (l Links) { r.SetLocal(false, true); return l } // 10.0.0.1 is
	feed(table, tcp(1e9, decode.ACK|decode.PSH, 100, "SSH-2.0-server_1\r\n", true))
	feed(table, tcp(2e9, decode.ACK|decode.PSH, 100, "SSH-2.0-client_1\r\n", false))
	r := feed(table, tcp(3e9, decode.ACK, 118, "", false))
	var f Flow
	table.View(r, &f)
	if !f.Swapped || f.SrvPort != 22 || f.CliPort != 50000 {
		t.Fatalf("swapped %v, %d to %d", f.Swapped, f.CliPort, f.SrvPort)
	}
	if f.ToServer.Packets != 3 || f.ToClient.Packets != 0 || f.ToServer.LenMin == 0 || f.ToClient.LenMin == 0 {
		t.Errorf("%d packets to the server, %d to the client: what came before the exchange is the new client's", f.ToServer.Packets, f.ToClient.Packets)
	}
	table.TakeSums(func(s *Sums) {
		if s.Local != [2][2]counters.Traffic{1: {0: f.ToServer.Traffic}} {
			t.Errorf("traffic by place: %v", s.Local)
		}
	})
	if f.Metadata() == nil || !strings.Contains(f.Metadata().SSHServer, "server_1") || !strings.Contains(f.Metadata().SSHClient, "client_1") {
		t.Errorf("signatures: %+v", f.Metadata())
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
