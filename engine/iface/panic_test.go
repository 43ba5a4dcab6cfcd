package iface

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ntopgo/engine/capture"
)

// bursting is a source that has an internal error after some batches.
type bursting struct{ fakeLive }

func (f *bursting) Read(b *capture.Batch, most int) error {
	if len(f.batches) == 0 {
		panic("burst")
	}
	return f.fakeLive.Read(b, most)
}

// TestInternalErrorWhileReading ends reading; what was read before is counted, and it is
// said once.
func TestInternalErrorWhileReading(t *testing.T) {
	t.Parallel()
	src := &bursting{fakeLive{closed: make(chan struct{}), batches: [][]capture.Frame{{udpFrame(time.Now(), 1)}, {udpFrame(time.Now(), 2)}}}}
	var said []string
	i := prepare(t, src, Config{Shards: 2, Logf: func(f string, a ...any) { said = append(said, fmt.Sprintf(f, a...)) }})
	i.Start(t.Context())
	select {
	case <-i.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("it does not end")
	}
	if err := i.Err(); err == nil || !strings.Contains(err.Error(), "burst") {
		t.Errorf("ended by %v", err)
	}
	if s := i.Stats(); s.Total.Packets != 2 || s.Flows != 2 {
		t.Errorf("%d packets of %d flows", s.Total.Packets, s.Flows)
	}
	if n := strings.Count(strings.Join(said, ""), "internal error in reading"); n != 1 {
		t.Errorf("said %d times: %q", n, said)
	}
}

// TestInternalErrors costs no more than what was being done, and locks nothing for good.
func TestInternalErrors(t *testing.T) {
	t.Parallel()
	i := prepare(t, capture.NewSilent(capture.Info{}), Config{Shards: 2})
	counted := func(what string, want uint64) {
		t.Helper()
		if n := i.panics.Load(); n != want {
			t.Fatalf("%s: %d internal errors, want %d", what, n, want)
		}
	}
	r := newReader(newCrew(t.Context(), i), &clock{}, i.source) // without a memory for fragments
	for n, fragment := range []bool{true, true, false} {
		f := udpFrame(time.Now(), 1)
		if fragment {
			f.Data[6] = 0x20 // more follow
		}
		var p packet
		if ok := r.decode(&f, &p); ok == fragment {
			t.Errorf("frame %d: %v", n, ok)
		}
	}
	counted("frames", 2)
	s := i.shards[0]
	s.do(task{packets: []uint16{0}}) // of no batch
	s.do(task{rollUp: &rollUp{now: 5e9, next: 5}})
	counted("task of a shard", 3)
	done := 0
	for _, together := range []bool{false, true} {
		i.each(together, func() { panic("second") }, func() { done++ })
	}
	if counted("end of a second", 5); done != 2 {
		t.Errorf("%d of 2 others were done", done)
	}
}
