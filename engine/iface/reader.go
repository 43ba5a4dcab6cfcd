package iface

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
	"ntopgo/engine/mac"
	"ntopgo/engine/prefetch"
)

// pieceFrames is how many frames a shard works on at once: what they decode to,
// and what is asked for ahead, should stay in the nearest cache.
const pieceFrames = 64

// handedFrames is how many are handed over at once to shards with a goroutine of
// their own: waking one costs as much as some dozens of packets.
const handedFrames = 1024

// littleFrames is up to how many frames the reader works on itself instead of waking
// an idle shard, and how many a second may have whose end it sees to itself.
const littleFrames = 128

// batchesInFlight bounds how far the reader runs ahead of the shards.
const batchesInFlight = 8

// batch is one reading of the source on its way through the shards. It goes
// back to the reader when the last shard is done with it.
type batch struct {
	frames  capture.Batch
	first   uint64     // where its first packet stands among those of the interface
	packets []packet   // as many as are read at once
	byShard [][]uint16 // indexes into packets, not sent yet
	lists   [][]uint16 // the memory of byShard
	waiting atomic.Int32
	free    chan<- *batch
}

// packet is a decoded frame with what only the reader knows of it.
type packet struct {
	decode.Packet
	reason   decode.Reason
	outgoing bool
	flowless bool  // no IP, or not enough of it for a flow
	weight   int32 // bytes that the packet adds to its flow
	id       flow.Ident
}

func newBatch(shards, frames int, free chan<- *batch) *batch {
	b := &batch{packets: make([]packet, frames), byShard: make([][]uint16, shards), lists: make([][]uint16, shards), free: free}
	for n := range b.lists {
		b.lists[n] = make([]uint16, 0, frames)
	}
	return b
}

// fetch asks for the packets listed in idx.
func (b *batch) fetch(idx []uint16) {
	for _, n := range idx {
		prefetch.Lines(unsafe.Pointer(&b.packets[n]), int(unsafe.Sizeof(packet{})/prefetch.LineSize))
	}
}

func (b *batch) done() {
	if b.waiting.Add(-1) == 0 {
		b.free <- b
	}
}

// reader is a goroutine that decodes frames and deals them out. Sources in
// parts have one for each.
type reader struct {
	i     *Interface
	clock *clock
	from  capture.Source
	free  chan *batch
	rnd   *rand.Rand

	// The only reader of stored frames reads on while the shards end a second. What
	// it reads is held back until they have.
	readsOn  bool
	ending   *rollUp
	held     []*batch
	inSecond int // frames of the present second

	// What is made of packets, as of the present batch: see readOrders.
	alters, flowsOnly bool
	scale             int32
}

// clock is what the readers of an interface share: the second that is being
// read, and the ports of fragmented datagrams. Whoever deals packets out holds mu
// for reading; ending a second excludes it.
type clock struct {
	mu        sync.RWMutex
	second    int64 // of packet time
	lastPurge int64

	fragMu    sync.Mutex
	fragments *decode.FragmentPorts
}

func (i *Interface) run(ctx context.Context) {
	parts := []capture.Source{i.source}
	if p, ok := i.source.(capture.Parallel); ok && !i.inline() {
		parts = p.Parts()
	}
	if !i.inline() {
		for _, s := range i.shards {
			go s.run()
		}
	}
	c := &clock{fragments: decode.NewFragmentPorts(8192, 30*time.Second)}
	last, err := i.readAll(ctx, c, parts)
	i.finished.Store(true)
	i.rollUp(last.order(last.now(), c.second+1, true), false)
	for _, s := range i.shards {
		close(s.work)
	}
	if err != nil && ctx.Err() == nil {
		i.mu.Lock()
		i.readErr = err
		i.mu.Unlock()
		i.cfg.Logf("interface %s: %v", i.cfg.Name, err)
	}
	close(i.done)
}

// readAll reads all parts to their end; an error of one ends the others. It
// returns a reader that has nothing more to do.
func (i *Interface) readAll(ctx context.Context, c *clock, parts []capture.Source) (*reader, error) {
	first := i.newReader(c, parts[0])
	if len(parts) == 1 {
		first.readsOn = !i.inline() && i.info.Stored
		defer first.settle()
		return first, first.loop(ctx)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for n, part := range parts {
		r := first
		if n > 0 {
			r = i.newReader(c, part)
		}
		wg.Go(func() {
			if err := r.loop(ctx); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	err := context.Cause(ctx)
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return first, err
}

func (i *Interface) newReader(c *clock, from capture.Source) *reader {
	r := &reader{i: i, clock: c, from: from, free: make(chan *batch, batchesInFlight), rnd: rand.New(rand.NewPCG(1, 2))}
	inFlight, frames := batchesInFlight, handedFrames
	if i.inline() {
		inFlight, frames = 1, pieceFrames // the batch is done when it comes back, and still in the cache
	}
	for range inFlight {
		r.free <- newBatch(len(i.shards), frames, r.free)
	}
	return r
}

// inline says that the only shard works on the reader's goroutine: handing
// packets to another core costs more than it brings when there is but one.
func (i *Interface) inline() bool { return len(i.shards) == 1 }

// give has shard n do t. What is little is done at once if the shard has nothing else
// to do: waking its goroutine would take longer.
func (i *Interface) give(n int, t task, little bool) {
	s := i.shards[n]
	if i.inline() || little && s.busy.Load() == 0 {
		s.do(t)
		return
	}
	s.busy.Add(1)
	s.work <- t
}

// loop reads until the source ends; a file that ended normally is no error.
func (r *reader) loop(ctx context.Context) error {
	for ctx.Err() == nil {
		if r.i.idle.Load() {
			r.settle()
			time.Sleep(idleNap)
			continue
		}
		b := r.next()
		err := r.from.Read(&b.frames, len(b.packets))
		switch {
		case errors.Is(err, capture.ErrTimeout):
			r.free <- b
			r.advance(time.Now().UnixNano())
			continue
		case errors.Is(err, io.EOF):
			r.free <- b
			return nil
		case err != nil:
			r.free <- b
			return err
		}
		r.deal(b)
	}
	return nil
}

// next is a batch to fill. The shards give it back, or do so when they have ended
// a second and what was read since is handed out.
func (r *reader) next() *batch {
	if r.ending == nil {
		return <-r.free
	}
	select {
	case b := <-r.free:
		return b
	case <-r.ending.ended:
		r.settle()
		return <-r.free
	}
}

// settle waits until the shards have ended the second that they are at, if any,
// and hands out what was read since.
func (r *reader) settle() {
	if r.ending == nil {
		return
	}
	<-r.ending.ended
	r.i.afterSecond(r.ending)
	r.ending = nil
	for n, b := range r.held {
		r.handOut(b)
		r.held[n] = nil
	}
	r.held = r.held[:0]
}

// deal decodes the frames of b and sends each to its shard. Where a second of
// packet time ends inside the batch, what came before is counted first, so that
// a replay gives the same roll-ups whatever the batches.
func (r *reader) deal(b *batch) {
	b.waiting.Store(1) // the reader's own hold
	b.first = r.i.dealt.Add(uint64(len(b.frames.Frames))) - uint64(len(b.frames.Frames))
	r.readOrders()
	copy(b.byShard, b.lists)
	r.clock.mu.RLock()
	for n := range b.frames.Frames {
		f := &b.frames.Frames[n]
		switch {
		case f.Time/1e9 > r.clock.second:
			r.settle()
			r.send(b)
			r.clock.mu.RUnlock()
			r.advance(f.Time)
			r.clock.mu.RLock()
		case r.ending != nil && n%pieceFrames == 0 && r.ending.over():
			r.settle()
			r.send(b)
		}
		p := &b.packets[n]
		r.decode(f, p)
		s := 0
		if !p.flowless {
			p.id = flow.Identify(&p.Packet, r.i.seed)
			s = int(p.id.Hash >> 32 * uint64(len(r.i.shards)) >> 32)
		}
		b.byShard[s] = append(b.byShard[s], uint16(n))
		r.inSecond++
	}
	if r.ending != nil {
		r.held = append(r.held, b)
	} else {
		r.handOut(b)
	}
	r.clock.mu.RUnlock()
}

// handOut sends what b still has to the shards, and lets go of it.
func (r *reader) handOut(b *batch) {
	if n := len(b.frames.Frames); n > 0 {
		if t := b.frames.Frames[n-1].Time; t > r.i.lastPacket.Load() {
			r.i.lastPacket.Store(t)
		}
	}
	if taps := r.i.taps.Load(); taps != nil {
		r.i.tap(taps, b)
	}
	r.send(b)
	b.done()
}

// send hands the packets dealt so far to their shards.
func (r *reader) send(b *batch) {
	for s, list := range b.byShard {
		if len(list) == 0 {
			continue
		}
		b.waiting.Add(1)
		r.i.give(s, task{batch: b, packets: list}, r.readsOn && len(list) <= littleFrames)
		b.byShard[s] = list[len(list):]
	}
}

func (r *reader) decode(f *capture.Frame, p *packet) {
	cfg := &r.i.cfg
	p.Packet.Time = f.Time
	p.reason = decode.Decode(f.Link, f.Data, f.WireLen, &p.Packet)
	p.outgoing = f.Outgoing
	if f.VLAN != 0 && p.VLAN == 0 {
		p.VLAN = f.VLAN
	}
	if p.Fragment {
		r.clock.fragMu.Lock()
		r.clock.fragments.Apply(&p.Packet)
		r.clock.fragMu.Unlock()
	}
	// A transport header that contradicts itself still names its flow.
	p.flowless = p.IPVersion == 0 ||
		p.reason != decode.ReasonNone && (p.reason != decode.ReasonMalformed || p.Layer != decode.LayerTransport)
	p.weight = p.LinkLen + p.IPLen
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
	little := r.readsOn && r.inSecond <= littleFrames
	r.inSecond = 0
	if c.second = sec; r.readsOn && !little {
		r.i.endSecond(roll, false)
		r.ending = roll
		return
	}
	r.i.rollUp(roll, little)
}

func (r *reader) now() int64 {
	if r.i.Live() {
		return time.Now().UnixNano()
	}
	return max(r.i.lastPacket.Load(), (r.clock.second+1)*1e9)
}

// order is that every shard end its second, at time now, and begin next. Until it
// is carried out, nobody may deal packets out.
func (r *reader) order(now, next int64, last bool) *rollUp {
	c := r.clock
	roll := &rollUp{now: now, next: uint32(next), first: c.second == 0, last: last, ended: make(chan struct{})}
	roll.left.Store(int32(len(r.i.shards)))
	if p := now / 1e9; !roll.first && (p-c.lastPurge >= purgeSeconds || p < c.lastPurge) {
		c.lastPurge = p
		roll.purge = !r.i.cfg.NoPurge && (r.i.Live() || r.i.cfg.PurgeFiles) && !last
	}
	return roll
}
