package iface

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/network"
)

// made is a source of UDP frames without payload: packets in all, of flows
// between clients that take turns and a few servers, a second of packet time
// for every perSecond of them.
type made struct {
	flows, packets, perSecond int
	stored                    bool
	sent                      int
	received                  atomic.Uint64
}

func (m *made) Info() capture.Info {
	return capture.Info{Name: "made", Kind: capture.KindFile, Stored: m.stored}
}
func (m *made) Stats() capture.Stats { return capture.Stats{Received: m.received.Load()} }
func (m *made) Close() error         { return nil }

const madeFrame = 14 + 20 + 8

func (m *made) Read(b *capture.Batch, most int) error {
	if m.sent >= m.packets {
		return io.EOF
	}
	if cap(b.Arena) < most*madeFrame {
		b.Arena = make([]byte, most*madeFrame)
	}
	b.Frames = b.Frames[:0]
	for ; len(b.Frames) < most && m.sent < m.packets; m.sent++ {
		f := b.Arena[len(b.Frames)*madeFrame:][:madeFrame:madeFrame]
		m.write(f, m.sent*7919%m.flows)
		b.Frames = append(b.Frames, capture.Frame{Time: 1e18 + int64(m.sent)*1e9/int64(m.perSecond),
			WireLen: madeFrame, Link: decode.LinkEthernet, Data: f})
	}
	m.received.Store(uint64(m.sent))
	return nil
}

// write makes the frame of flow n: four flows to a client.
func (m *made) write(f []byte, n int) {
	be := binary.BigEndian
	clear(f)
	f[5], f[11], f[12] = 1, byte(2+n%250), 8
	ip := f[14:]
	ip[0], ip[8], ip[9] = 0x45, 64, decode.ProtoUDP
	be.PutUint16(ip[2:], 28)
	be.PutUint32(ip[12:], 10<<24|uint32(n/4))
	be.PutUint32(ip[16:], 192<<24|0<<16|2<<8|uint32(n%200))
	be.PutUint16(ip[20:], uint16(20000+n%4))
	be.PutUint16(ip[22:], 30000)
	be.PutUint16(ip[24:], 8)
}

func run(tb testing.TB, m *made, shards int) *Interface {
	tb.Helper()
	i := start(tb, m, shards)
	<-i.Done()
	return i
}

func start(tb testing.TB, src capture.Source, shards int) *Interface {
	tb.Helper()
	i := prepare(tb, src, Config{Shards: shards, MaxFlows: -1, MaxHosts: -1})
	i.Start(context.Background())
	return i
}

// prepare makes an interface of src that does not read yet.
func prepare(tb testing.TB, src capture.Source, cfg Config) *Interface {
	tb.Helper()
	classifier, err := dpi.New(dpi.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	nets, err := network.Parse("192.168.1.0/24", nil)
	if err != nil {
		tb.Fatal(err)
	}
	i, err := New(cfg, Deps{Source: src, DPI: classifier, Nets: nets})
	if err != nil {
		tb.Fatal(err)
	}
	return i
}

// BenchmarkPackets is the whole way of small packets, roll-ups included, by the
// number of flows that they belong to. Each flow gets 20 packets. The largest
// number takes minutes and 4 GB: NTOPGO_BENCH_LARGE=1 asks for it.
func BenchmarkPackets(b *testing.B) {
	for _, flows := range []int{20_000, 200_000, 2_000_000} {
		if flows > 200_000 && os.Getenv("NTOPGO_BENCH_LARGE") == "" {
			continue
		}
		b.Run(fmt.Sprint(flows), func(b *testing.B) {
			cpu, packets := cpuTime(), 0
			for b.Loop() {
				i := run(b, &made{flows: flows, packets: 20 * flows, perSecond: 100_000}, 1)
				packets += 20 * flows
				if s := i.Stats(); s.Flows != flows || s.Total.Packets != uint64(20*flows) {
					b.Fatalf("%d flows, %d packets", s.Flows, s.Total.Packets)
				}
			}
			b.ReportMetric(float64(cpuTime()-cpu)/float64(packets), "cpu-ns/packet")
		})
	}
}

// BenchmarkListing makes a page of 100 flows out of 200 000, by bytes, of those
// of a port that a quarter has; and the like for hosts. cpu-ms is the time that
// it takes on an idle core.
func BenchmarkListing(b *testing.B) {
	const flows = 200_000
	i := run(b, &made{flows: flows, packets: 2 * flows, perSecond: 100_000}, 2)
	bench := func(name string, fn func()) {
		b.Run(name, func(b *testing.B) {
			cpu := cpuTime()
			b.ReportAllocs()
			for b.Loop() {
				fn()
			}
			b.ReportMetric(float64(cpuTime()-cpu)/1e6/float64(b.N), "cpu-ms/op")
		})
	}
	bench("flows", func() {
		page, total := i.Flows(FlowQuery{Match: func(f *flow.Flow) bool { return f.CliPort == 20001 },
			Key: func(f *flow.Flow) SortKey { return SortKey{Num: float64(f.Bytes())} }, Desc: true, Limit: 100})
		if len(page) != 100 || total != flows/4 {
			b.Fatalf("%d of %d flows", len(page), total)
		}
	})
	bench("hosts", func() {
		if page, total := i.ListHosts(HostQuery{Limit: 100}); len(page) != 100 || total < flows/4 {
			b.Fatalf("%d of %d hosts", len(page), total)
		}
	})
	bench("stats", func() { i.Stats() })
}

// TestListingsLeaveCaptureAlone asks for ten pages of flows a second while
// 200 000 flows are captured. The CPU time of the capture, which is that of the
// process less that of the listings, may grow by a tenth. What else the machine
// does makes both seem more, so that the least of several tries is compared, and in the
// end the tries of each pair, as other work may spare one of all tries only.
func TestListingsLeaveCaptureAlone(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("measures time")
	}
	const flows = 200_000
	read := func(list bool) (cpu time.Duration, asked int) {
		i := start(t, &made{flows: flows, packets: 12 * flows, perSecond: 100_000}, 2)
		begin := cpuTime()
		var spent time.Duration
		for done := false; !done; {
			select {
			case <-i.Done():
				done = true
			case <-time.After(100 * time.Millisecond):
				if list {
					spent += threadTime(func() {
						i.Flows(FlowQuery{Key: func(f *flow.Flow) SortKey { return SortKey{Num: float64(f.Bytes())} }, Desc: true, Limit: 100})
					})
					asked++
				}
			}
		}
		return cpuTime() - begin - spent, asked
	}
	least := [2]time.Duration{math.MaxInt64, math.MaxInt64}
	var ratios []float64
	for n := range 8 {
		alone, _ := read(false)
		beside, asked := read(true)
		if asked == 0 {
			t.Fatal("the capture was over before anything was listed")
		}
		least[0], least[1] = min(least[0], alone), min(least[1], beside)
		t.Logf("alone %v, beside %d listings %v", alone, asked, beside)
		if n > 0 && float64(least[1]) < 1.1*float64(least[0]) {
			return
		}
		ratios = append(ratios, float64(beside)/float64(alone))
	}
	slices.Sort(ratios)
	if ratios[len(ratios)/2] >= 1.1 {
		t.Errorf("the capture takes %v alone and %v beside listings, pair by pair %.2f times as long; want less than 1.1", least[0], least[1], ratios)
	}
}

// TestManyFlowsAgree compares shards where tables grow and hosts have many
// flows, which the captures of the end-to-end tests do not show, by how the source is
// read and how long its seconds are.
func TestManyFlowsAgree(t *testing.T) {
	t.Parallel()
	for _, perSecond := range []int{50_000, 5000, 40} {
		source := func(stored bool) *made {
			return &made{flows: 9000, packets: min(40_000, 100*perSecond), perSecond: perSecond, stored: stored}
		}
		one := describe(run(t, source(true), 1))
		for _, stored := range []bool{false, true} {
			for _, shards := range []int{2, 3, 7} {
				if got := describe(run(t, source(stored), shards)); got != one {
					t.Errorf("%d packets a second, stored %v: %d shards differ from one:\n%s", perSecond, stored, shards, firstDifference(one, got))
				}
			}
		}
	}
}
