// Command profile reads a capture through the engine, as the program does, and
// says what a packet costs. With -cpu it writes the profile that default.pgo is
// made of, with -heap one of all allocations.
//
//	go run ./tests/profile -file big.pcap -shards 1 -cpu engine.prof
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/pprof"
	"time"

	"golang.org/x/sys/unix"

	"ntopgo/engine/capture"
	"ntopgo/engine/dpi"
	"ntopgo/engine/iface"
	"ntopgo/engine/memory"
	"ntopgo/engine/network"
)

func main() {
	file := flag.String("file", "", "capture to read")
	shards := flag.Int("shards", 1, "shards")
	cpu := flag.String("cpu", "", "file for the CPU profile")
	heap := flag.String("heap", "", "file for the profile of allocations")
	flag.Parse()
	if err := run(*file, *shards, *cpu, *heap); err != nil {
		fmt.Fprintln(os.Stderr, "profile:", err)
		os.Exit(1)
	}
}

func run(file string, shards int, cpu, heap string) error {
	// As for the tables that tests/bench asks for: there are no limits here.
	memory.Tune()
	memory.Limit(memory.Limits{Hosts: 1 << 22, Flows: 1 << 22})
	if heap != "" {
		runtime.MemProfileRate = 8 << 10
	}
	i, err := open(file, shards)
	if err != nil {
		return err
	}
	if cpu != "" {
		f, err := os.Create(cpu)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	var before, after unix.Rusage
	_ = unix.Getrusage(unix.RUSAGE_SELF, &before)
	begin := time.Now()
	i.Start(context.Background())
	<-i.Done()
	wall := time.Since(begin)
	_ = unix.Getrusage(unix.RUSAGE_SELF, &after)
	if err := i.Err(); err != nil {
		return err
	}
	s := i.Stats()
	user, sys := float64(after.Utime.Nano()-before.Utime.Nano()), float64(after.Stime.Nano()-before.Stime.Nano())
	n := float64(s.Total.Packets)
	fmt.Printf("packets %d flows %d user %.0f sys %.0f total %.0f ns/packet wall %.3fs maxrss %d MB\n",
		s.Total.Packets, s.Flows, user/n, sys/n, (user+sys)/n, wall.Seconds(), after.Maxrss/1024)
	if heap == "" {
		return nil
	}
	f, err := os.Create(heap)
	if err != nil {
		return err
	}
	defer f.Close()
	runtime.GC() // the profile says what was allocated before the last collection
	return pprof.Lookup("allocs").WriteTo(f, 0)
}

func open(file string, shards int) (*iface.Interface, error) {
	src, err := capture.Open(file, capture.Config{})
	if err != nil {
		return nil, err
	}
	classifier, err := dpi.New(dpi.Config{})
	if err != nil {
		return nil, err
	}
	nets, err := network.Parse("192.168.1.0/24", nil)
	if err != nil {
		return nil, err
	}
	return iface.New(iface.Config{Shards: shards, MaxFlows: -1, MaxHosts: -1}, iface.Deps{Source: src, DPI: classifier, Nets: nets})
}
