package iface

import (
	"context"
	"sync"
	"testing"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/network"
)

// fakeLive is a live source that hands over its batches, then times out until
// it is closed.
type fakeLive struct {
	batches [][]capture.Frame
	once    sync.Once
	closed  chan struct{}
}

func (f *fakeLive) Info() capture.Info   { return capture.Info{Name: "fake0", Kind: capture.KindLive} }
func (f *fakeLive) Stats() capture.Stats { return capture.Stats{} }
func (f *fakeLive) Close() error {
	f.once.Do(func() { close(f.closed) })
	return nil
}

func (f *fakeLive) Read(b *capture.Batch, _ int) error {
	if len(f.batches) > 0 {
		b.Frames = append(b.Frames[:0], f.batches[0]...)
		f.batches = f.batches[1:]
		return nil
	}
	select {
	case <-f.closed:
	case <-time.After(20 * time.Millisecond):
	}
	return capture.ErrTimeout
}

// udpFrame is a raw IPv4 UDP datagram of 10 bytes of payload.
func udpFrame(t time.Time, sport byte) capture.Frame {
	d := []byte{0x45, 0, 0, 38, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
		0x40, sport, 0x50, 0, 0, 18, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	return capture.Frame{Time: t.UnixNano(), WireLen: len(d), Link: decode.LinkRaw, Data: d}
}

func TestSilentFlowHasNoRate(t *testing.T) {
	t.Parallel()
	now := time.Now()
	src := &fakeLive{closed: make(chan struct{}), batches: [][]capture.Frame{
		{udpFrame(now, 1), udpFrame(now, 1), udpFrame(now, 2)}}}
	classifier, err := dpi.New(dpi.Config{})
	if err != nil {
		t.Fatal(err)
	}
	nets, err := network.Parse(network.Default, nil)
	if err != nil {
		t.Fatal(err)
	}
	i, err := New(Config{Shards: 2}, Deps{Source: src, DPI: classifier, Nets: nets})
	if err != nil {
		t.Fatal(err)
	}
	i.Start(context.Background())
	defer i.Close()
	seen := false
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		flows, _ := i.Flows(FlowQuery{})
		rated, quiet := 0, 0
		for _, f := range flows {
			if f.TopBps > 0 {
				rated++
			}
			if f.Throughput.Bytes.Value == 0 {
				quiet++
			}
		}
		seen = seen || rated == 2 && quiet < 2
		if len(flows) == 2 && rated == 2 && quiet == 2 {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d flows, %d had a rate, %d are quiet; want 2, 2, 2", len(flows), rated, quiet)
		}
	}
	if !seen {
		t.Error("no flow was ever seen with a rate")
	}
}
