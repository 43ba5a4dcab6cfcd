// Package memory sets the garbage collector for a process that holds large
// tables, and how the kernel maps its memory: in huge pages, and once instead of
// twice. Nothing but that may enter here.
package memory

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"
)

// What the tables cost on the heap when they are full, measured with room to
// spare; see docs/performance.md. The records of flows lie outside of it.
const (
	heapPerHost = 3 << 10
	heapPerFlow = 768
	heapBase    = 512 << 20 // scripts, their answers, tables of the classifier
)

// The heap may grow by a quarter between two collections, and at least by a sixteenth
// of the machine's memory within these bounds: a small heap is not worth being collected
// again and again.
const (
	leastGrowth = 32 << 20
	mostGrowth  = 192 << 20
)

// minGrowth is by how much the heap may grow on a machine with ram bytes, 0 for unknown.
func minGrowth(ram uint64) uint64 {
	if ram == 0 {
		return mostGrowth
	}
	return min(max(ram/16, leastGrowth), mostGrowth)
}

// Limits are the tables of the process.
type Limits struct{ Hosts, Flows int }

// softLimit is what the heap is not expected to reach with l.
func softLimit(l Limits) int64 {
	n := heapBase + float64(l.Hosts)*heapPerHost + float64(l.Flows)*heapPerFlow
	return int64(min(n, 1<<62))
}

// smallest is the size that Go takes a heap for that has less.
const smallest = 4 << 20

// percent is the GOGC value for a heap of live bytes that may grow by least.
func percent(live, least uint64) int {
	return int(max(live/4, least) * 100 / max(live, smallest))
}

// Tune has the heap mapped before it is used, in huge pages where the kernel has them at
// hand, and sets how far it grows between collections, following its size. It is called
// before anything large is made. The environment variable GOGC has the last word on
// how far the heap grows. The returned function ends the following.
func Tune() (stop func()) {
	feedOnce.Do(func() { feedHeap(fedHeap(totalRAM())) })
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	t := &tuner{least: minGrowth(totalRAM())}
	t.follow()
	return func() { t.stopped.Store(true) }
}

// Limit sets the soft limit, following l, unless the environment variable GOMEMLIMIT
// did.
func Limit(l Limits) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softLimit(l))
	}
}

var feedOnce sync.Once // a process has one heap

// tuner sets the percentage anew after each collection.
type tuner struct {
	stopped atomic.Bool
	least   uint64 // growth
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
	if p := percent(t.sample[0].Value.Uint64(), t.least); p != t.now {
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
