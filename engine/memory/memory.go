// Package memory sets the garbage collector for a process that holds large
// tables, and has its memory mapped once instead of twice. Nothing but that may
// enter here.
package memory

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
)

// What the tables cost on the heap when they are full, measured with room to
// spare; see docs/performance.md. The records of flows lie outside of it.
const (
	heapPerHost = 3 << 10
	heapPerFlow = 768
	heapBase    = 512 << 20 // scripts, their answers, tables of the classifier
)

// The heap may grow by a quarter between two collections, and at least by
// this: a small heap is not worth being collected again and again.
const minGrowth = 96 << 20

// Limits are the tables of the process.
type Limits struct{ Hosts, Flows int }

// softLimit is what the heap is not expected to reach with l.
func softLimit(l Limits) int64 {
	n := heapBase + float64(l.Hosts)*heapPerHost + float64(l.Flows)*heapPerFlow
	return int64(min(n, 1<<62))
}

// percent is the GOGC value for a heap of live bytes.
func percent(live uint64) int {
	growth := max(live/4, minGrowth)
	return int(min(growth*100/max(live, 4<<20), 2400))
}

// Tune sets how far the heap grows between collections, following its size, and
// the soft limit, following l. The environment variables GOGC and GOMEMLIMIT
// have the last word, each for its part. The returned function ends the
// following.
func Tune(l Limits) (stop func()) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softLimit(l))
	}
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	t := &tuner{}
	t.follow()
	return func() { t.stopped.Store(true) }
}

// tuner sets the percentage anew after each collection.
type tuner struct {
	stopped atomic.Bool
	now     int
	sample  [1]metrics.Sample
}

// follow sets the percentage and comes back after the next collection, when the
// object that it leaves behind is found dead.
func (t *tuner) follow() {
	if t.stopped.Load() {
		return
	}
	t.sample[0].Name = "/gc/heap/live:bytes"
	metrics.Read(t.sample[:])
	if t.sample[0].Value.Kind() != metrics.KindUint64 {
		return
	}
	if p := percent(t.sample[0].Value.Uint64()); p != t.now {
		t.now = p
		debug.SetGCPercent(p)
	}
	runtime.SetFinalizer(&marker{t: t}, func(m *marker) { m.t.follow() })
}

// marker is large enough not to share its memory with another object.
type marker struct {
	t *tuner
	_ [2]uint64
}
