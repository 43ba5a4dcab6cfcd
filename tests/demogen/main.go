// The randomness of keys is seeded, so that the capture can be made again.
//
//go:debug cryptocustomrand=1

// Command demogen writes the demonstration capture: ten minutes of a small
// office, put together from what real clients and servers say to each other in
// memory (TLS, QUIC, HTTP, SSH, DNS, ...) and wrapped in frames. The same seed
// gives the same bytes, except for what SSH sessions say: their two sides talk
// at once, in an order that differs from run to run.
//
//	go run ./tests/demogen -o compat/layout/demo/demo.pcap
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
)

// start is when the capture begins: a Monday morning.
var start = time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)

func main() {
	out := flag.String("o", "demo.pcap", "capture file to write")
	seed := flag.Uint64("seed", 1, "seed of everything that varies")
	flag.Parse()
	if err := run(*out, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "demogen:", err)
		os.Exit(1)
	}
}

func run(out string, seed uint64) error {
	f, err := os.Create(out)
	if err != nil {
		return fmt.Errorf("create capture: %w", err)
	}
	w := bufio.NewWriter(f)
	if err := generate(w, seed); err != nil {
		f.Close()
		return err
	}
	if err := w.Flush(); err != nil {
		f.Close()
		return fmt.Errorf("write %s: %w", out, err)
	}
	return f.Close()
}

// generate writes the capture for a seed.
func generate(w io.Writer, seed uint64) error {
	l, err := office(seed)
	if err != nil {
		return err
	}
	pw, err := capture.NewWriter(w, decode.LinkEthernet, false, 0)
	if err != nil {
		return err
	}
	return l.write(pw, start)
}
