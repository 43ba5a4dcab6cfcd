package flow

import (
	"fmt"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"ntopgo/engine/decode"
)

// TestAllocations is the gate of design: none per packet of a known flow, at
// most two per new one (records come from slabs).
func TestAllocations(t *testing.T) {
	table := newTestTable(t, &Limit{})
	p := udp(1, 1e9, false)
	for range 200 { // until the classifier has given up
		feed(table, p)
	}
	if n := testing.AllocsPerRun(2000, func() { feed(table, p) }); n != 0 {
		t.Errorf("%v allocations per packet of a known flow", n)
	}
	next := 2
	packets := make([]*decode.Packet, 3000)
	for i := range packets {
		packets[i] = udp(next+i, 1e9, false)
	}
	i := 0
	n := testing.AllocsPerRun(len(packets)-1, func() {
		feed(table, packets[i])
		i++
	})
	// The dissectors' working memory is counted here too.
	if n > 2 {
		t.Errorf("%v allocations per new flow", n)
	}
}

// TestRecordSize keeps the record in eight cache lines, and what every packet
// touches in the first six, of which it asks for four; what it takes to find gains in
// one.
func TestRecordSize(t *testing.T) {
	t.Parallel()
	var r Record
	if s := unsafe.Sizeof(r); s > 512 || s%64 != 0 {
		t.Errorf("a record has %d bytes, want at most 512 and whole cache lines", s)
	}
	if o := unsafe.Offsetof(r.dir); o != 64 || unsafe.Sizeof(r.dir[0]) != 128 {
		t.Errorf("directions begin at byte %d and have %d, want two cache lines each", o, unsafe.Sizeof(r.dir[0]))
	}
	if from, to := unsafe.Offsetof(r.second), unsafe.Offsetof(r.seconds)+unsafe.Sizeof(r.seconds); from != 5*64 || to != hotLines*64 {
		t.Errorf("counters by seconds are bytes %d to %d, want one cache line", from, to)
	}
	if s := unsafe.Sizeof(entry{}); s != 64 || s*gainsPlaces != 2<<20 {
		t.Errorf("an entry of gains has %d bytes, want a cache line and chunks of a huge page", s)
	}
}

func filled(b *testing.B, flows int) (*Table, []*decode.Packet) {
	table := newTestTable(b, &Limit{})
	packets := make([]*decode.Packet, flows)
	for n := range packets {
		packets[n] = udp(n, 1e9, false)
		packets[n].HeaderLen, packets[n].PayloadLen = decode.NoPayload, 0
		feed(table, packets[n])
	}
	table.GiveUp()
	table.PassSome(table.Gaining(), 1<<30)
	return table, packets
}

// BenchmarkKnownFlow counts packets of classified flows, in batches as a shard
// does; with many flows the cost is that of memory.
func BenchmarkKnownFlow(b *testing.B) {
	for _, flows := range []int{1, 20_000, 200_000} {
		b.Run(fmt.Sprint(flows), func(b *testing.B) {
			table, packets := filled(b, flows)
			const batch, ahead = 64, 8
			hashes, ids := make([]uint32, batch), make([]Ident, batch)
			records := make([]*Record, batch)
			at, pick := 0, make([]*decode.Packet, batch)
			b.ReportAllocs()
			b.ResetTimer()
			defer reportCPU(b, cpuTime())
			for n := 0; n < b.N; n += batch {
				for i := range pick {
					at = (at + 7919) % flows
					pick[i] = packets[at]
					ids[i], _ = Identify(pick[i], testSeed)
					hashes[i] = ids[i].Hash
				}
				for _, h := range hashes {
					table.PrefetchSlot(h)
				}
				for i := range records {
					records[i] = table.PrefetchRecord(hashes[i])
				}
				for i, p := range pick {
					if i+ahead < batch {
						table.PrefetchCounters(records[i+ahead], ids[i+ahead].Reverse, false)
					}
					table.Process(p, &ids[i], 128)
				}
				if table.gains.len() > 20000 {
					table.PassSome(table.Gaining(), 1<<30)
				}
			}
		})
	}
}

// BenchmarkNewFlow counts the first packets of flows, the classifier's first
// look at them included.
func BenchmarkNewFlow(b *testing.B) {
	table := newTestTable(b, &Limit{})
	p := udp(0, 1e9, false)
	b.ReportAllocs()
	defer reportCPU(b, cpuTime())
	for n := 0; b.Loop(); n++ {
		p.SrcPort = uint16(n)
		p.Time += 1e6
		a := [4]byte{10, byte(n >> 24), byte(n >> 16), byte(n >> 8)}
		p.Src = p.SrcAddr().Next().As16()
		if n%(1<<16) == 0 {
			p.Src = udp(int(a[1])<<16|int(a[2])<<8|int(a[3]), 0, false).Src
		}
		feed(table, p)
		if table.Len() == 200_000 {
			b.StopTimer()
			table.Purge(p.Time + 1)
			b.StartTimer()
		}
	}
}

// BenchmarkPassOn is the table's own part of passing gains on, per flow.
func BenchmarkPassOn(b *testing.B) {
	table, packets := filled(b, 20_000)
	b.ReportAllocs()
	for n := 0; n < b.N; n += len(packets) {
		b.StopTimer()
		for _, p := range packets {
			feed(table, p)
		}
		b.StartTimer()
		table.PassSome(table.Gaining(), 1<<30)
	}
}

func cpuTime() time.Duration {
	var r unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// reportCPU reports the process's CPU time since begin: what else the machine
// does disturbs it less than the time that passes.
func reportCPU(b *testing.B, begin time.Duration) {
	b.ReportMetric(float64(cpuTime()-begin)/float64(b.N), "cpu-ns/op")
}
