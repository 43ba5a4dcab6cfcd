package iface

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"ntopgo/engine/capture"
)

// stuck is a part without traffic: Read does not return before it is closed.
type stuck struct{ fakeLive }

func (s *stuck) Read(*capture.Batch, int) error {
	<-s.closed
	return io.EOF
}

// TestPartWithoutTraffic has one of two workers wait for traffic for good: the other one
// does the work of both.
func TestPartWithoutTraffic(t *testing.T) {
	t.Parallel()
	var frames []capture.Frame
	for n := range 200 {
		frames = append(frames, udpFrame(time.Now(), byte(n)))
	}
	silent := &stuck{fakeLive{closed: make(chan struct{})}}
	busy := &fakeLive{closed: make(chan struct{}), batches: [][]capture.Frame{frames, frames}}
	i := start(t, &parted{Source: &fakeLive{closed: make(chan struct{})}, parts: []capture.Source{silent, busy}}, 2)
	eventually(t, "400 packets of 200 flows", func() bool { s := i.Stats(); return s.Total.Packets == 400 && s.Flows == 200 })
	silent.Close()
	i.Close()
}

// failing is a source that breaks after some batches.
type failing struct{ fakeLive }

var errBroken = errors.New("broken")

func (f *failing) Read(b *capture.Batch, most int) error {
	if len(f.batches) == 0 {
		return errBroken
	}
	return f.fakeLive.Read(b, most)
}

// TestBrokenPart ends the other part too, counts what was read and says why.
func TestBrokenPart(t *testing.T) {
	t.Parallel()
	now := time.Now()
	good := &fakeLive{closed: make(chan struct{}), batches: [][]capture.Frame{{udpFrame(now, 1)}}}
	bad := &failing{fakeLive{closed: make(chan struct{}), batches: [][]capture.Frame{{udpFrame(now, 2)}, {udpFrame(now, 3)}}}}
	i := start(t, &parted{Source: &fakeLive{closed: make(chan struct{})}, parts: []capture.Source{bad, good}}, 3)
	select {
	case <-i.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("it goes on without the part")
	}
	if err := i.Err(); !errors.Is(err, errBroken) {
		t.Errorf("ended by %v, want %v", err, errBroken)
	}
	if n := i.Stats().Total.Packets; n < 2 {
		t.Errorf("%d packets, want those before the error", n)
	}
}

// TestEndedEarly stops in the middle of a file: what was read is counted.
func TestEndedEarly(t *testing.T) {
	t.Parallel()
	for _, shards := range []int{1, 2, 5} {
		src := &made{flows: 1000, packets: 1 << 30, perSecond: 10_000, stored: true}
		i := prepare(t, src, Config{Shards: shards, MaxFlows: -1, MaxHosts: -1})
		ctx, cancel := context.WithCancel(context.Background())
		i.Start(ctx)
		eventually(t, "10 000 packets", func() bool { return i.Stats().Total.Packets > 10_000 })
		cancel()
		select {
		case <-i.Done():
		case <-time.After(10 * time.Second):
			t.Fatalf("%d shards: it goes on", shards)
		}
		if s := i.Stats(); s.Total.Packets != s.Source.Received || i.Err() != nil {
			t.Errorf("%d shards: %d packets counted, %d read, error %v", shards, s.Total.Packets, s.Source.Received, i.Err())
		}
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within ten seconds: %s", what)
		}
	}
}

// TestLine takes tasks out in order, and knows what there is before a second ends.
func TestLine(t *testing.T) {
	t.Parallel()
	l := line{open: true}
	frames := func(n int) task { return task{packets: make([]uint16, n)} }
	end := task{rollUp: &rollUp{}}
	for _, next := range []task{frames(1), frames(2), end, frames(4), frames(8), end, end, frames(16)} {
		l.add(next)
	}
	for second, want := range [][]int{{1, 2}, {4, 8}, {}, {16}} {
		sum := 0
		for _, n := range want {
			sum += n
		}
		for _, n := range want {
			if l.ready != sum {
				t.Errorf("second %d: %d frames ready, want %d", second, l.ready, sum)
			}
			if got := l.pop(); len(got.packets) != n {
				t.Fatalf("second %d: %d packets, want %d", second, len(got.packets), n)
			}
			sum -= n
		}
		if second == 3 {
			break
		}
		if got := l.pop(); got.rollUp == nil {
			t.Fatalf("second %d does not end", second)
		}
		l.begin()
	}
	if l.waits() {
		t.Error("there is still something to do")
	}
}
