// Command bench compares whole processes that read one capture: this project's
// binary with one and with two shards, and any other command. Runs take turns,
// so that what else the machine does falls on all of them alike; the medians
// are printed.
//
//	go run ./tests/bench -binary ./ntopng -file big.pcap -runs 5
//	PEER='ndpiReader -q -i {}' go run ./tests/bench -binary ./ntopng -file big.pcap
//	go run ./tests/bench -binary ./ntopng -corpus 20
//	go run ./tests/bench -live -file small.pcap
//
// In PEER, {} stands for the capture. -corpus N compares on the captures of
// NTOPGO_SHARED, N times over between shifted addresses. -live finds the rates at
// which the engine and tcpdump begin to lose packets.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// contender is one command line that is compared.
type contender struct {
	name string
	args []string
	own  bool // prints the number of packets
	runs []sample
}

// sample is what one run took.
type sample struct {
	cpu, wall time.Duration
	rssMB     float64
	packets   float64
}

// script makes the binary end once the capture is read, saying how much it was.
const script = "print(interface.getStats().stats.packets)\n"

func main() {
	binary := flag.String("binary", "./ntopng", "the binary to measure")
	file := flag.String("file", "", "the capture to read")
	runs := flag.Int("runs", 5, "runs of each command")
	corpus := flag.Int("corpus", 0, "read the captures of NTOPGO_SHARED this many times over instead of -file")
	live := flag.Bool("live", false, "send -file over virtual cards and compare with tcpdump")
	card := flag.String("receive", "", "receive on a card until interrupted (what -live starts)")
	flag.Parse()
	if *card != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		if err := receive(ctx, *card, os.Stdout); err != nil {
			fmt.Fprintf(os.Stderr, "bench: %v\n", err)
			os.Exit(1)
		}
		return
	}
	if *file == "" && *corpus == 0 {
		fmt.Fprintln(os.Stderr, "bench: -file or -corpus is needed")
		os.Exit(2)
	}
	if err := run(*binary, *file, *runs, *corpus, *live); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

func run(binary, file string, runs, corpus int, live bool) error {
	if corpus > 0 {
		dir, err := os.MkdirTemp("", "bench")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		file = filepath.Join(dir, "corpus.pcap")
		shared := os.Getenv("NTOPGO_SHARED")
		if shared == "" {
			shared = filepath.Join("..", "shared")
		}
		if _, err := buildCorpus(filepath.Join(shared, "corpus", "ndpi"), file, corpus); err != nil {
			return err
		}
	}
	if live {
		return compareLive(file)
	}
	return compare(binary, file, runs)
}

func compare(binary, file string, runs int) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	lua := filepath.Join(dir, "packets.lua")
	if err := os.WriteFile(lua, []byte(script), 0o644); err != nil {
		return err
	}
	var all []*contender
	for _, shards := range []string{"1", "2"} {
		all = append(all, &contender{name: "shards=" + shards, own: true, args: []string{binary, "-i", file, "-x", "4000000",
			"-X", "4000000", "-d", dir, "--shards", shards, "--run-script", lua}})
	}
	if peer := os.Getenv("PEER"); peer != "" {
		all = append(all, &contender{name: "peer", args: []string{"sh", "-c", "exec " + strings.ReplaceAll(peer, "{}", "'"+file+"'")}})
	}
	for n := range runs {
		for k := range all {
			c := all[(n+k)%len(all)] // nobody is always the first
			s, err := c.run()
			if err != nil {
				return err
			}
			c.runs = append(c.runs, s)
		}
	}
	report(all)
	return nil
}

// run starts the command once and waits for it.
func (c *contender) run() (sample, error) {
	cmd := exec.Command(c.args[0], c.args[1:]...)
	cmd.Stderr = os.Stderr
	begin := time.Now()
	out, err := cmd.Output()
	if err != nil {
		return sample{}, fmt.Errorf("%s: %w", c.name, err)
	}
	s := sample{wall: time.Since(begin), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.rssMB = float64(u.Maxrss) / 1024
	}
	if c.own {
		if s.packets, err = strconv.ParseFloat(strings.TrimSpace(string(out)), 64); err != nil || s.packets == 0 {
			return s, fmt.Errorf("%s: no number of packets in %q", c.name, out)
		}
	}
	return s, nil
}

func report(all []*contender) {
	packets := all[0].runs[0].packets
	fmt.Printf("%-10s %5s %9s %9s %9s %11s %11s %9s\n", "", "runs", "CPU s", "wall s", "RSS MB", "µs CPU/pkt", "packets/s", "CPU range")
	for _, c := range all {
		cpu := c.median(func(s sample) float64 { return s.cpu.Seconds() })
		wall := c.median(func(s sample) float64 { return s.wall.Seconds() })
		least, most := c.runs[0].cpu, c.runs[0].cpu
		for _, s := range c.runs {
			least, most = min(least, s.cpu), max(most, s.cpu)
		}
		fmt.Printf("%-10s %5d %9.2f %9.2f %9.0f %11.2f %11.0f %4.1f-%.1f\n", c.name, len(c.runs), cpu, wall,
			c.median(func(s sample) float64 { return s.rssMB }), cpu*1e6/packets, packets/wall, least.Seconds(), most.Seconds())
	}
}

func (c *contender) median(of func(s sample) float64) float64 {
	var v []float64
	for _, s := range c.runs {
		v = append(v, of(s))
	}
	slices.Sort(v)
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
