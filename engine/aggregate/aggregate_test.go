package aggregate

import (
	"sync"
	"testing"
	"time"

	"ntopgo/engine/counters"
)

func ids(change map[Kind]uint32) IDs {
	out := NoIDs()
	for k, id := range change {
		out[k] = id
	}
	return out
}

// gained is a flow with 3 packets of 300 bytes sent and 2 of 500 received.
func gained(newFlow bool) *Gained {
	up, down := &counters.Gain{Packets: 3, Bytes: 300, Events: counters.Events{Lost: 1}}, &counters.Gain{Packets: 2, Bytes: 500, Events: counters.Events{Retransmissions: 2}}
	return &Gained{Sent: up, Rcvd: down, First: 100, L7Seconds: 1, App: 7, Category: 5, NewL7: newFlow,
		L7: counters.Duplex{Sent: up.Traffic(), Rcvd: down.Traffic()}, FirstSeen: 10, LastSeen: 20, RTT: 4, SentBroadcast: true}
}

func TestShareFollowsTheKinds(t *testing.T) {
	t.Parallel()
	tab := NewTable()
	same := map[Kind]uint32{AS: 1, Country: CountryID([2]byte{'I', 'T'}), System: 2, Pool: 0, VLAN: 5, Network: 0, ObservationPoint: 9}
	cli := tab.Join(ids(same), false)
	srv := tab.Join(ids(map[Kind]uint32{AS: 2, Country: None, System: 3, Pool: 1, VLAN: 5}), false)
	type part struct {
		kind Kind
		id   uint32
		side Side
	}
	parts := func(a, b *Member) (out map[part]int) {
		out = map[part]int{}
		Share(a, b, func(g *Group, side Side) { out[part{g.Kind, g.ID, side}]++ })
		return out
	}
	check := func(name string, got map[part]int, want ...part) {
		t.Helper()
		for _, p := range want {
			if got[p] != 1 {
				t.Errorf("%s: %v counted %d times", name, p, got[p])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	it := CountryID([2]byte{'I', 'T'})
	check("inside", parts(cli, cli), part{AS, 1, Seen}, part{Country, it, Inside}, part{System, 2, Seen}, part{Pool, 0, Client},
		part{VLAN, 5, Client}, part{Network, 0, Inside}, part{ObservationPoint, 9, Client})
	check("between", parts(cli, srv), part{AS, 1, Client}, part{AS, 2, Server}, part{Country, it, Client}, part{System, 2, Client},
		part{System, 3, Server}, part{Pool, 0, Client}, part{Pool, 1, Server}, part{VLAN, 5, Client}, part{Network, 0, Client},
		part{ObservationPoint, 9, Client})
	check("nobody", parts(nil, nil))
}

func TestGroupCounts(t *testing.T) {
	t.Parallel()
	g := &Group{Key: Key{Kind: Pool}}
	g.gain(gained(true))
	g.gain(gained(false))
	g.gainInside(gained(false))
	if v := g.View(); v.Scored {
		t.Error("a group without alerts has a score")
	}
	g.AddScore(true, 1, 30)
	g.AddScore(true, 0, -10)
	g.AddScore(false, 1, 5)
	g.CountAlerted(false)
	v := g.View()
	if v.Traffic != (counters.Duplex{Sent: counters.Traffic{Packets: 11, Bytes: 1400}, Rcvd: counters.Traffic{Packets: 4, Bytes: 1000}}) ||
		v.Inner.Bytes != 800 || v.Egress().Bytes != 600 || v.Broadcast != (Border{Egress: 600, Inner: 800}) {
		t.Errorf("traffic %+v", v.Sum)
	}
	if v.TCPSent.Lost != 2 || v.TCPRcvd.Retransmissions != 4 || v.TCPInner.Lost != 1 || v.TCPInner.Retransmissions != 2 {
		t.Errorf("TCP %+v %+v %+v", v.TCPSent, v.TCPRcvd, v.TCPInner)
	}
	if v.Flows != 1 || v.MeanRTT() != 4 || v.FirstSeen != 10 || v.LastSeen != 20 {
		t.Errorf("flows %d, rtt %d, seen %d %d", v.Flows, v.MeanRTT(), v.FirstSeen, v.LastSeen)
	}
	if v.ScoreAsClient() != 20 || v.ScoreAsServer() != 5 || v.Scores != [2][ScoreKinds]int64{{-10, 30}, {0, 5}} || !v.Scored || v.AlertedAsServer != 1 || v.AlertedAsClient != 0 {
		t.Errorf("score %+v", v.Sum)
	}
	v.L7.Each(func(id uint16, c *counters.L7) {
		if id != 7 || c.Bytes() != 2400 || c.Flows != 1 || c.Duration != 1 {
			t.Errorf("protocol %d: %+v", id, c)
		}
	})
	if v.L7.Len() != 1 || v.Categories.Len() != 1 {
		t.Errorf("%d protocols, %d categories", v.L7.Len(), v.Categories.Len())
	}
}

// Sums of parts are the sum of the whole.
func TestSumsMerge(t *testing.T) {
	t.Parallel()
	whole, a, b := &Group{}, &Group{}, &Group{}
	for n, part := range []*Group{a, b, b} {
		x := gained(n == 0)
		x.FirstSeen, x.LastSeen = int64(30-n), int64(40+n)
		whole.gain(x)
		part.gain(x)
	}
	a.AddRate(counters.Traffic{Packets: 1, Bytes: 10}, counters.Traffic{})
	b.AddRate(counters.Traffic{Packets: 2, Bytes: 20}, counters.Traffic{})
	got, other, want := a.View(), b.View(), whole.View()
	got.Add(&other.Sum)
	if got.Traffic != want.Traffic || got.Flows != want.Flows || got.RTT != want.RTT || got.FirstSeen != want.FirstSeen ||
		got.LastSeen != want.LastSeen || got.TCPSent != want.TCPSent || got.Broadcast != want.Broadcast {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got.Throughput.Bytes.Value != 30 || got.Throughput.Packets.Value != 3 {
		t.Errorf("rates %+v", got.Throughput)
	}
}

func TestRatesHaveATrend(t *testing.T) {
	t.Parallel()
	g := &Group{}
	if !g.AddRate(counters.Traffic{Packets: 2, Bytes: 200}, counters.Traffic{Packets: 3, Bytes: 100}) || g.AddRate(counters.Traffic{Bytes: 50}, counters.Traffic{}) {
		t.Error("the first flow of a second is not told from the next")
	}
	th := g.View().Throughput
	if th.Bytes.Value != 250 || th.Bytes.Trend != counters.TrendUp || th.Packets.Value != 2 || th.Packets.Trend != counters.TrendDown {
		t.Errorf("%+v", th)
	}
	g.Quiet(counters.TrendStable)
	if th := g.View().Throughput; th.Bytes.Value != 0 || th.Bytes.Trend != counters.TrendStable {
		t.Errorf("quiet: %+v", th)
	}
}

func TestMembersComeAndGo(t *testing.T) {
	t.Parallel()
	tab := NewTable()
	in := ids(map[Kind]uint32{AS: 1, Pool: 0})
	a, b := tab.Join(in, false), tab.Join(in, true)
	if a != b || a.ID(AS) != 1 || a.ID(Network) != None || (*Member)(nil).ID(AS) != None {
		t.Fatal("hosts of the same groups do not share their member")
	}
	as := Key{AS, 1}
	if v := tab.Find(as).View(); v.Hosts != 2 || v.Addressed != 1 {
		t.Errorf("%+v", v)
	}
	b = tab.Move(b, AS, 2, true)
	if tab.Find(as).View().Hosts != 1 || tab.Find(Key{AS, 2}).View().Hosts != 1 || tab.Find(Key{Pool, 0}).View().Hosts != 2 {
		t.Error("a host that moved is not counted where it is")
	}
	tab.Leave(a, false)
	tab.Leave(b, true)
	tab.Group(Key{ObservationPoint, 4})
	tab.Purge(5)
	if len(tab.All(AS)) != 0 || len(tab.All(ObservationPoint)) != 0 || len(tab.All(Pool)) != 1 || len(tab.members) != 0 {
		t.Errorf("left: %v %v, %d members", tab.All(AS), tab.All(Pool), len(tab.members))
	}
}

func TestCountryIDs(t *testing.T) {
	t.Parallel()
	if id := CountryID([2]byte{'N', 'L'}); CountryCode(id) != "NL" || CountryID([2]byte{}) != None {
		t.Errorf("id %d, %q", id, CountryCode(id))
	}
}

// TestPassing passes on, in parallel, what flows of several groups gained in turns.
func TestPassing(t *testing.T) {
	t.Parallel()
	tab := NewTable()
	join := func(as, pool uint32) *Member { return tab.Join(ids(map[Kind]uint32{AS: as, Pool: pool}), false) }
	a, b, c := join(1, 1), join(1, 2), join(2, 1)
	var wg sync.WaitGroup
	for first := range 10 {
		wg.Go(func() {
			var p Passing
			p.Pass(first)
			for range 2 {
				for n, ends := range [][2]*Member{{a, a}, {a, b}, {b, c}, {nil, c}, {a, nil}, {nil, nil}} {
					cli, srv := gained(true), gained(true)
					cli.FirstSeen, cli.LastSeen, cli.PeerRTT = int64(50-n), int64(60+n), 6
					cli.Sent, srv.Sent, srv.Rcvd = &counters.Gain{Packets: 1, Bytes: 1}, &counters.Gain{Packets: 1, Bytes: 100}, &counters.Gain{}
					cli.Rcvd = srv.Rcvd
					p.Add(ends[0], ends[1], cli, srv)
				}
				p.Pass(first)
			}
		})
	}
	wg.Wait()
	const times = 20
	for _, want := range []struct {
		key         Key
		bytes       uint64 // sent
		flows, rtts uint64
	}{
		{Key{AS, 1}, times * (1 + 1), 2 * times, 4*times + 2*times}, // b-c and a-nil; two inside
		{Key{AS, 2}, times * 200, 2 * times, 2 * times},
		{Key{Pool, 1}, times * (1 + 1 + 100 + 100 + 1), 5 * times, 5 * times},
		{Key{Pool, 2}, times * (100 + 1), 2 * times, 2 * times},
	} {
		v := tab.Find(want.key).View()
		if v.Traffic.Sent.Bytes != want.bytes || v.Flows != want.flows || v.RTTs != want.rtts {
			t.Errorf("%v: %d bytes sent, %d flows, %d handshakes, want %+v", want.key, v.Traffic.Sent.Bytes, v.Flows, v.RTTs, want)
		}
	}
	if v := tab.Find(Key{AS, 1}).View(); v.FirstSeen != 46 || v.LastSeen != 64 {
		t.Errorf("seen from %d to %d", v.FirstSeen, v.LastSeen)
	}
}

// TestPassingGoesRound has somebody else at the first kind of groups: the others are passed
// on to meanwhile, and the first afterwards.
func TestPassingGoesRound(t *testing.T) {
	t.Parallel()
	tab := NewTable()
	m := tab.Join(ids(map[Kind]uint32{AS: 1, Pool: 1}), false)
	var p Passing
	p.Add(m, nil, gained(true), gained(true))
	busy, free := tab.Find(Key{AS, 1}), tab.Find(Key{Pool, 1})
	busy.mu.Lock()
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.Pass(int(AS))
	}()
	for end := time.Now().Add(10 * time.Second); free.View().Flows == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Error("all kinds wait for one")
			break
		}
	}
	busy.mu.Unlock()
	<-done
	if v, w := busy.View(), free.View(); v.Flows != 1 || w.Flows != 1 {
		t.Errorf("%d and %d flows, want one each", v.Flows, w.Flows)
	}
}

// TestPassingAfterAnError locks no group for good, and counts nothing twice.
func TestPassingAfterAnError(t *testing.T) {
	t.Parallel()
	tab := NewTable()
	m := tab.Join(ids(map[Kind]uint32{Pool: 1}), false)
	var p Passing
	p.Add(m, nil, gained(true), gained(true))
	p.Add(m, nil, &Gained{}, &Gained{}) // without what was sent
	func() {
		defer func() {
			if recover() == nil {
				t.Error("gains without traffic are no error")
			}
		}()
		p.Pass(0)
	}()
	p.Pass(0)
	if v := tab.Find(Key{Pool, 1}).View(); v.Flows != 1 {
		t.Errorf("%d flows", v.Flows)
	}
}
