package tshark

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"ntopgo/engine/counters"
	"ntopgo/engine/flow"
	"ntopgo/tests/harness"
)

// shape is how packets are distributed.
type shape struct {
	sizes                    [counters.SizeBuckets]uint64
	syn, synAck, finAck, rst uint64 // of TCP packets with whole headers
	dscp                     map[uint64]uint64
	zeroWindows              uint64 // without FIN and RST
}

func (s shape) String() string {
	return fmt.Sprintf("sizes %v syn %d syn+ack %d fin+ack %d rst %d dscp %v zero windows %d", s.sizes, s.syn, s.synAck, s.finAck, s.rst, s.dscp, s.zeroWindows)
}

func engineShape(t *testing.T, name string) shape {
	i := load(t, name)
	st := i.Stats()
	s := shape{sizes: st.Shape.Sizes, syn: st.Shape.Syn, synAck: st.Shape.SynAck, finAck: st.Shape.FinAck, rst: st.Shape.Rst, dscp: map[uint64]uint64{}}
	st.DSCP.Each(func(id uint16, c *counters.L7) {
		if n := c.Packets(); n > 0 {
			s.dscp[uint64(id)] += n
		}
	})
	i.EachFlow(func(f *flow.Flow) { s.zeroWindows += uint64(f.ToServer.NumZero) + uint64(f.ToClient.NumZero) })
	return s
}

// tsharkShape asks tshark for the innermost values of each packet.
func tsharkShape(t *testing.T, name string) shape {
	t.Helper()
	out, err := exec.Command("tshark", "-n", "-r", name, "-T", "fields", "-E", "separator=|", "-E", "occurrence=a", "-E", "aggregator=,",
		"-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE", "-o", "tcp.desegment_tcp_streams:FALSE", "-e", "frame.len", "-e", "tcp.flags",
		"-e", "ip.dsfield.dscp", "-e", "ipv6.tclass.dscp", "-e", "tcp.window_size_value", "-e", "frame.protocols").Output()
	if err != nil {
		t.Skipf("tshark: %v", err)
	}
	s := shape{dscp: map[uint64]uint64{}}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		f := strings.Split(line, "|")
		if len(f) != 6 {
			continue
		}
		for i, v := range f[1:5] {
			// What an ICMP error quotes is no packet; of tunnels the inner one is meant.
			all := strings.Split(v, ",")
			if f[i+1] = all[len(all)-1]; strings.Contains(f[5], ":icmp") {
				f[i+1] = all[0]
			}
		}
		n, _ := strconv.Atoi(f[0])
		s.sizes[counters.SizeBucket(n)]++
		for _, d := range f[2:4] {
			if v, err := strconv.ParseUint(d, 10, 8); err == nil {
				s.dscp[v]++
				break
			}
		}
		flags, err := strconv.ParseUint(f[1], 0, 16)
		if f[1] == "" || err != nil {
			continue
		}
		const fin, syn, rst, ack = 1, 2, 4, 16
		switch {
		case flags&(syn|ack) == syn|ack:
			s.synAck++
		case flags&syn != 0:
			s.syn++
		case flags&(fin|ack) == fin|ack:
			s.finAck++
		case flags&rst != 0:
			s.rst++
		}
		if f[4] == "0" && flags&(fin|rst) == 0 {
			s.zeroWindows++
		}
	}
	return s
}

// TestDistributions compares packet lengths, TCP flags, zero windows and DSCP
// with tshark on the end-to-end captures.
func TestDistributions(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob(filepath.Join(harness.Shared(t, "corpus", "e2e", "pcap"), "*"))
	if len(files) == 0 {
		t.Skip("no end-to-end captures")
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			if ours, theirs := engineShape(t, name).String(), tsharkShape(t, name).String(); ours != theirs {
				t.Errorf("ours   %s\ntshark %s", ours, theirs)
			}
		})
	}
}
