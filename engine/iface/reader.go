package iface

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
	"ntopgo/engine/mac"
)

// pieceFrames is how many frames the only shard gets at once: what they decode to
// should stay in a near cache.
const pieceFrames = 128

// How many frames are dealt out at once where there are several shards, and how many
// such batches there are. Of a file, readAhead of them are read before they are needed;
// the rest are for workers that wait for others to end a second. Of a live source more
// come at once, as who takes them may have to be woken.
const (
	storedFrames, storedBatches = 512, 24
	liveFrames, liveBatches     = 1024, 8
	readAhead                   = 8
)

// reader decodes the frames of a part of the source and deals them out. One worker of
// the crew at a time reads.
type reader struct {
	i     *Interface
	crew  *crew
	clock *clock
	from  capture.Source
	rnd   *rand.Rand

	headers decode.Headers // of the frame that is decoded

	// Guarded by the crew's mu.
	free    []*batch
	batches int  // in all
	busy    bool // somebody reads
	ended   bool
	err     error

	// What is made of packets, as of the present batch: see readOrders.
	alters, flowsOnly bool
	scale             int32
}

// clock is what the readers of an interface share: the second that is being
// read, and the ports of fragmented datagrams. Whoever deals packets out holds mu
// for reading; ending a second excludes it.
type clock struct {
	mu        sync.RWMutex
	second    int64        // of packet time
	last      atomic.Int64 // time of the last frame, nanoseconds
	lastPurge int64

	fragMu    sync.Mutex
	fragments *decode.FragmentPorts
}

// heard notes that a frame of time t was read.
func (c *clock) heard(t int64) { raise(&c.last, t) }

// raise makes n at least t.
func raise(n *atomic.Int64, t int64) {
	for old := n.Load(); t > old && !n.CompareAndSwap(old, t); old = n.Load() {
	}
}

// findPorts gives a fragment the ports of its datagram, whose identification is id.
func (c *clock) findPorts(p *decode.Packet, id uint32) {
	c.fragMu.Lock()
	defer c.fragMu.Unlock()
	c.fragments.Apply(p, id)
}

func (i *Interface) run(ctx context.Context) {
	parts := []capture.Source{i.source}
	if p, ok := i.source.(capture.Parallel); ok && len(i.shards) > 1 {
		parts = p.Parts()
	}
	c := newCrew(ctx, i)
	clock := &clock{fragments: decode.NewFragmentPorts(8192, 30*time.Second)}
	for _, part := range parts {
		c.readers = append(c.readers, newReader(c, clock, part))
	}
	if err := c.run(); err != nil {
		i.mu.Lock()
		i.readErr = err
		i.mu.Unlock()
		i.cfg.Logf("interface %s: %v", i.cfg.Name, err)
	}
	close(i.done)
}

func newReader(c *crew, clock *clock, from capture.Source) *reader {
	r := &reader{i: c.i, crew: c, clock: clock, from: from, rnd: rand.New(rand.NewPCG(1, 2))}
	var frames int
	switch {
	case len(c.lines) == 1:
		frames, r.batches = pieceFrames, 1 // it is counted at once, and still in the cache
	case c.stored:
		frames, r.batches = storedFrames, storedBatches
	default:
		frames, r.batches = liveFrames, liveBatches
	}
	for range r.batches {
		r.free = append(r.free, newBatch(len(c.lines), frames, r))
	}
	return r
}

// idle says whether nobody reads though there are batches to fill, or, with needed, few
// that are not counted yet.
func (r *reader) idle(needed bool) bool {
	if r.busy || r.ended || len(r.free) == 0 {
		return false
	}
	return !needed || r.batches-len(r.free) < readAhead
}

// take takes a batch to fill: that which is free for the longest time, as what was read
// of the others lies in the caches of two cores, and writing waits until both know.
func (r *reader) take() *batch {
	b := r.free[0]
	r.free = slices.Delete(r.free, 0, 1)
	b.waiting, r.busy = 1, true
	return b
}

// read fills b and deals it out. A file that ended normally is no error. Who cannot read
// the source once would not the next time.
func (r *reader) read(ctx context.Context, b *batch) {
	defer func() {
		if e := recover(); e != nil {
			r.i.panicked("reading, which ends", e)
			r.end(fmt.Errorf("internal error: %v", e))
		}
	}()
	b.frames.Frames = b.frames.Frames[:0]
	if ctx.Err() != nil {
		r.end(nil)
		return
	}
	if r.i.idle.Load() {
		time.Sleep(idleNap)
		return
	}
	switch err := r.from.Read(&b.frames, len(b.packets)); {
	case err == nil:
		r.deal(b)
	case errors.Is(err, capture.ErrTimeout):
		b.frames.Frames = b.frames.Frames[:0]
		r.advance(time.Now().UnixNano())
	case errors.Is(err, io.EOF):
		r.end(nil)
	default:
		r.end(err)
	}
}

func (r *reader) end(err error) {
	r.crew.mu.Lock()
	defer r.crew.mu.Unlock()
	r.ended, r.err = true, err
}

// deal decodes the frames of b and sends each to its shard. Where a second of
// packet time ends inside the batch, what came before is counted first, so that
// a replay gives the same roll-ups whatever the batches.
func (r *reader) deal(b *batch) {
	b.first = r.i.dealt.Add(uint64(len(b.frames.Frames))) - uint64(len(b.frames.Frames))
	r.readOrders()
	copy(b.byShard, b.lists)
	r.dealFrames(b)
	if taps := r.i.taps.Load(); taps != nil {
		r.i.tap(taps, b)
	}
}

func (r *reader) dealFrames(b *batch) {
	last := int64(0)
	r.clock.mu.RLock()
	defer r.clock.mu.RUnlock()
	for n := range b.frames.Frames {
		f := &b.frames.Frames[n]
		if f.Time/1e9 > r.clock.second {
			r.clock.heard(last)
			r.send(b)
			r.clock.mu.RUnlock()
			r.advance(f.Time)
			r.clock.mu.RLock()
		}
		last = max(last, f.Time)
		p := &b.packets[n]
		b.askToWrite(n + writeAhead)
		if !r.decode(f, p) {
			continue
		}
		s := 0
		if !p.flowless() {
			var high uint32
			p.id, high = flow.Identify(&p.Packet, r.i.seed)
			s = int(uint64(high) * uint64(len(r.i.shards)) >> 32)
		}
		b.byShard[s] = append(b.byShard[s], uint16(n))
	}
	r.clock.heard(last)
	r.send(b)
}

// send deals out the packets decoded so far.
func (r *reader) send(b *batch) {
	r.crew.mu.Lock()
	defer r.crew.mu.Unlock()
	for s, list := range b.byShard {
		if len(list) > 0 {
			r.crew.deal(s, b, list)
			b.byShard[s] = list[len(list):]
		}
	}
}

// decode says whether that is possible: a panic costs one frame.
func (r *reader) decode(f *capture.Frame, p *packet) (ok bool) {
	defer r.i.recovered("a frame, which is skipped")
	cfg := &r.i.cfg
	h := &r.headers
	decode.Options{}.Decode(f.Link, f.Data, f.WireLen, &p.Packet, h)
	p.Time, p.Outgoing = f.Time, f.Outgoing
	if f.VLAN != 0 && p.VLAN == 0 {
		p.VLAN = f.VLAN
	}
	if p.Fragment {
		r.clock.findPorts(&p.Packet, h.IPID)
	}
	p.weight = h.LinkLen + h.IPLen
	if cfg.IgnoreVLANs {
		p.VLAN = 0
	}
	if cfg.IgnoreMACs {
		p.HasMAC, p.SrcMAC, p.DstMAC = false, mac.Addr{}, mac.Addr{}
	}
	if r.alters {
		r.alter(p)
	}
	if p.VLAN != 0 && !r.i.seenVLAN.Load() {
		r.i.seenVLAN.Store(true)
	}
	if p.HasMAC && !r.i.seenMAC.Load() {
		r.i.seenMAC.Store(true)
	}
	return true
}

// alter applies what the interface is told to make of packets, and the debugging
// options that invent traffic diversity. The random numbers are the same in every
// run.
func (r *reader) alter(p *packet) {
	cfg := &r.i.cfg
	p.weight *= r.scale
	p.WireLen *= r.scale
	if r.flowsOnly {
		p.HasMAC = false
	}
	if cfg.SimulateVLANs {
		p.VLAN = uint16(1 + r.rnd.IntN(4))
	}
	if cfg.SimulateMACs && p.HasMAC {
		p.SrcMAC[5], p.DstMAC[5] = byte(r.rnd.IntN(256)), byte(r.rnd.IntN(256))
	}
	if cfg.SimulateIPs > 0 && p.IPVersion == 4 {
		p.SetAddrs(r.randomAddr(), r.randomAddr())
	}
}

func (r *reader) randomAddr() netip.Addr {
	n := r.rnd.IntN(r.i.cfg.SimulateIPs)
	return netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)})
}

// advance moves the interface's clock to now and rolls up when a second ended.
// The clock does not go back: frames out of order belong to the present second.
func (r *reader) advance(now int64) {
	c := r.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	sec := now / 1e9
	if sec <= c.second {
		return
	}
	roll := r.order((c.second+1)*1e9, sec, false)
	c.second = sec
	r.crew.mu.Lock()
	r.crew.add(task{rollUp: roll})
	r.crew.mu.Unlock()
}

func (r *reader) now() int64 {
	if r.i.Live() {
		return time.Now().UnixNano()
	}
	return max(r.clock.last.Load(), (r.clock.second+1)*1e9)
}

// order is that every shard end its second, at time now, and begin next.
func (r *reader) order(now, next int64, last bool) *rollUp {
	c := r.clock
	roll := &rollUp{now: now, next: uint32(next), first: c.second == 0, last: last, heard: c.last.Load(), left: len(r.i.shards)}
	if p := now / 1e9; !roll.first && (p-c.lastPurge >= purgeSeconds || p < c.lastPurge) {
		c.lastPurge = p
		roll.purge = !r.i.cfg.NoPurge && (r.i.Live() || r.i.cfg.PurgeFiles) && !last
	}
	return roll
}
