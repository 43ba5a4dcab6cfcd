package memory

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"
)

func TestPercentFollowsTheHeap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		live, least uint64
		want        int
	}{{0, 96 << 20, 2400}, {8 << 20, 96 << 20, 1200}, {96 << 20, 96 << 20, 100}, {192 << 20, 96 << 20, 50}, {384 << 20, 96 << 20, 25},
		{8 << 30, 96 << 20, 25}, {32 << 20, 192 << 20, 600}} {
		if got := percent(c.live, c.least); got != c.want {
			t.Errorf("%d MB that may grow by %d: %d, want %d", c.live>>20, c.least>>20, got, c.want)
		}
	}
	for ram, want := range map[uint64]uint64{0: 192, 256 << 20: 32, 1 << 30: 64, 2 << 30: 128, 64 << 30: 192} {
		if got := minGrowth(ram); got != want<<20 {
			t.Errorf("%d MB of memory: the heap may grow by %d, want %d", ram>>20, got>>20, want)
		}
	}
}

func TestSoftLimitFollowsTheTables(t *testing.T) {
	t.Parallel()
	small, large := softLimit(Limits{Hosts: 1000, Flows: 1000}), softLimit(Limits{Hosts: 1 << 20, Flows: 1 << 20})
	if small < heapBase || small > 2*heapBase || large < 3<<30 {
		t.Errorf("%d MB for small tables, %d MB for large ones", small>>20, large>>20)
	}
	if n := softLimit(Limits{Hosts: 1 << 62, Flows: 1 << 62}); n < large {
		t.Errorf("without limits: %d", n)
	}
}

// TestTuneFollows lets the heap grow and shrink.
func TestTuneFollows(t *testing.T) {
	t.Setenv("GOGC", "")
	t.Setenv("GOMEMLIMIT", "")
	gc, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1)
	defer func() { debug.SetGCPercent(gc); debug.SetMemoryLimit(limit) }()
	runtime.GC() // what an earlier run held is gone
	defer Tune()()
	Limit(Limits{Hosts: 1000, Flows: 1000})
	if got := debug.SetMemoryLimit(-1); got != softLimit(Limits{Hosts: 1000, Flows: 1000}) {
		t.Errorf("soft limit %d", got)
	}
	read := func() int {
		p := debug.SetGCPercent(100)
		debug.SetGCPercent(p)
		return p
	}
	if p := read(); p < 600 {
		t.Errorf("small heap: GOGC is %d", p)
	}
	held := make([]byte, 5*mostGrowth)
	for end := time.Now().Add(20 * time.Second); read() != 25; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d MB in use: GOGC is %d, want 25", len(held)>>20, read())
		}
		runtime.GC()
	}
	runtime.KeepAlive(held)
}
