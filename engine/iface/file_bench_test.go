package iface

import (
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// BenchmarkFile reads the capture named by NTOPGO_BENCH_FILE with
// NTOPGO_BENCH_SHARDS shards (default 1) and reports the process's CPU time
// and wall time per packet, and the heap that stays, per flow. A heap profile
// taken at the end is written to NTOPGO_BENCH_HEAP.
func BenchmarkFile(b *testing.B) {
	file := os.Getenv("NTOPGO_BENCH_FILE")
	if file == "" {
		b.Skip("needs a capture: NTOPGO_BENCH_FILE")
	}
	shards, _ := strconv.Atoi(os.Getenv("NTOPGO_BENCH_SHARDS"))
	var cpu, wall time.Duration
	var packets, flows, heap uint64
	for b.Loop() {
		c, t := cpuTime(), time.Now()
		i := read(b, file, Config{Shards: max(shards, 1), MaxFlows: -1, MaxHosts: -1})
		cpu, wall = cpu+cpuTime()-c, wall+time.Since(t)
		s := i.Stats()
		packets, flows = packets+s.Total.Packets, flows+uint64(s.Flows)
		runtime.GC()
		runtime.GC() // pools give back only what two collections found unused
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heap += m.HeapAlloc
		if name := os.Getenv("NTOPGO_BENCH_HEAP"); name != "" {
			writeHeapProfile(b, name)
		}
		runtime.KeepAlive(i)
	}
	b.ReportMetric(float64(cpu)/float64(packets), "cpu-ns/packet")
	b.ReportMetric(float64(wall)/float64(packets), "wall-ns/packet")
	b.ReportMetric(float64(heap)/float64(flows), "heap-B/flow")
}

func writeHeapProfile(b *testing.B, name string) {
	f, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := pprof.WriteHeapProfile(f); err != nil {
		b.Fatal(err)
	}
}

func cpuTime() time.Duration {
	var r unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// threadTime is the CPU time that fn takes on its thread.
func threadTime(fn func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, after unix.Rusage
	if unix.Getrusage(unix.RUSAGE_THREAD, &before) != nil {
		return 0
	}
	fn()
	if unix.Getrusage(unix.RUSAGE_THREAD, &after) != nil {
		return 0
	}
	return time.Duration(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
}
