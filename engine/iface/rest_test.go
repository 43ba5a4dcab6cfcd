package iface

import (
	"errors"
	"io"
	"sync"
	"testing"

	"ntopgo/engine/capture"
	"ntopgo/engine/flow"
)

// TestRestIsPassedOnByHelpers has three workers pass on what the flows of one shard have
// left: the hosts get all of it, once.
func TestRestIsPassedOnByHelpers(t *testing.T) {
	t.Parallel()
	src := &made{flows: 3000, packets: 12_000, perSecond: 1 << 20}
	i := prepare(t, src, Config{Shards: 2, MaxFlows: -1, MaxHosts: -1})
	c := newCrew(t.Context(), i)
	s, r := i.shards[0], newReader(c, &clock{}, src)
	var b capture.Batch
	for {
		if err := src.Read(&b, 1000); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		s.flows.Advance(uint32(b.Frames[0].Time / 1e9))
		for n := range b.Frames {
			var p packet
			if !r.decode(&b.Frames[n], &p) {
				t.Fatal("a frame cannot be decoded")
			}
			p.id, _ = flow.Identify(&p.Packet, i.seed)
			s.packet(&p)
		}
	}
	s.flows.Announce()
	passedOn := func() (packets uint64) {
		for _, h := range i.hosts.All() {
			d := h.Snapshot()
			packets += d.Traffic().Sent.Packets
		}
		return packets
	}
	if n := passedOn(); n != 0 {
		t.Fatalf("%d packets were passed on early", n)
	}
	offered := &rest{s: s, left: s.flows.Rest()}
	c.offer(offered)
	join := func() (job, bool) {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.choose(1)
	}
	var wg sync.WaitGroup
	for n := range 3 {
		j, ok := join()
		if !ok || j.help != offered {
			t.Fatalf("worker %d has nothing to help with", n)
		}
		wg.Go(func() { j.help.help(n) })
	}
	wg.Wait()
	if _, ok := join(); ok {
		t.Error("there is something to do when nothing is left")
	}
	c.withdraw(offered)
	offered.helpers.Wait()
	offered.left.Drop()
	if n := passedOn(); n != uint64(src.packets) {
		t.Errorf("%d packets of %d were passed on", n, src.packets)
	}
	if s.passRest(c); passedOn() != uint64(src.packets) || len(c.rests) != 0 {
		t.Errorf("%d packets after nothing was left, %d offers", passedOn(), len(c.rests))
	}
}

// TestNobodyHelpsOnLiveInterfaces looks for an offer that was made.
func TestNobodyHelpsOnLiveInterfaces(t *testing.T) {
	t.Parallel()
	for _, live := range []bool{false, true} {
		src := capture.Source(&made{flows: 1, packets: 1, perSecond: 1})
		if live {
			src = &fakeLive{closed: make(chan struct{})}
		}
		i := prepare(t, src, Config{Shards: 2})
		c := newCrew(t.Context(), i)
		i.shards[0].passRest(c)
		if offered := c.rests != nil; offered == live {
			t.Errorf("live %v: offered %v", live, offered)
		}
	}
}
