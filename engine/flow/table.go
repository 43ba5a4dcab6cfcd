package flow

import (
	"sync/atomic"
	"unsafe"

	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/prefetch"
)

// riskUnidirectional is the risk of a flow whose other side was never heard
// (nDPI's risk id).
const riskUnidirectional = 46

// Limit bounds the flows of all tables of an interface together.
type Limit struct {
	Max     int64 // 0: no limit
	n       atomic.Int64
	refused atomic.Uint64
}

// Len is the number of flows now; refused how many packets found no room for
// the flow that they would have started.
func (l *Limit) Len() (n int, refused uint64) { return int(l.n.Load()), l.refused.Load() }

func (l *Limit) take() bool {
	if n := l.n.Add(1); l.Max > 0 && n > l.Max {
		l.n.Add(-1)
		l.refused.Add(1)
		return false
	}
	return true
}

// slabRecords is how many records are allocated at once.
const slabRecords = 256

// Table is the flow table of one shard.
type Table struct {
	index   index
	slabs   []*[slabRecords]Record
	next    uint32   // first number that was never used
	free    []uint32 // numbers of ended flows
	seed    uint64
	limit   *Limit
	engine  *dpi.Engine
	hooks   Hooks
	pending []Pending
	counts  Counts
	tuple   dpi.Tuple // of the flow that is being classified; a local one would escape
}

// Hooks tie a table to what surrounds it.
type Hooks struct {
	// New is called for a new flow before its first packet is counted.
	New func(r *Record, p *decode.Packet)
	// Swapped is called after client and server of a flow were exchanged.
	Swapped func(r *Record)
}

// Counts says how many flows began, and in how many a TCP flag, or the end of
// a handshake, was seen for the first time.
type Counts struct{ New, Syn, Established, Reset, Fin uint64 }

// Pending is what a flow gained since the previous roll-up. The gains stand
// beside each other in the order in which the flows spoke, apart from the
// records, which makes counting and rolling up a walk over little memory.
type Pending struct {
	Flow *Record
	Gain [2]counters.Gain // to the server, to the client
}

// NewTable returns an empty table; both hooks are needed. seed is that of the
// hashes given to Process.
func NewTable(limit *Limit, engine *dpi.Engine, seed uint64, hooks Hooks) *Table {
	return &Table{index: newIndex(), limit: limit, engine: engine, seed: seed, hooks: hooks}
}

func (t *Table) record(number uint32) *Record {
	return &t.slabs[number/slabRecords][number%slabRecords]
}

// find returns the flow of k, or nil.
func (t *Table) find(k *Key, hash uint32) *Record {
	mask := t.index.mask()
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := t.index.slots[i]
		if slot == 0 {
			return nil
		}
		if uint32(slot>>32) == hash {
			if r := t.record(uint32(slot) - 1); r.Key == *k {
				return r
			}
		}
	}
}

// Prefetch asks for what Process will need of the flows with these hashes, so
// that the waits for memory overlap instead of adding up.
func (t *Table) Prefetch(hashes []uint64) {
	mask := t.index.mask()
	for _, h := range hashes {
		prefetch.Lines(unsafe.Pointer(&t.index.slots[uint32(h)&mask]), 1)
	}
	for _, h := range hashes {
		for i := uint32(h) & mask; t.index.slots[i] != 0; i = (i + 1) & mask {
			if slot := t.index.slots[i]; uint32(slot>>32) == uint32(h) {
				prefetch.Lines(unsafe.Pointer(t.record(uint32(slot)-1)), 6)
				break
			}
		}
	}
}

// Process counts p, which weighs n bytes, into its flow, made when missing, and
// shows it to the classifier. k, reverse and hash are what KeyOf and Key.Hash
// say of p. It returns nil when there is no room for a new flow.
func (t *Table) Process(p *decode.Packet, k *Key, reverse bool, hash uint64, n int) *Record {
	r := t.find(k, uint32(hash))
	if r == nil {
		if r = t.begin(p, k, reverse, hash); r == nil {
			return nil
		}
	} else if r.is(swapRequested) && !r.fromClient(reverse) {
		r.swap()
		if r.pending != 0 {
			g := &t.pending[r.pending-1].Gain
			g[0], g[1] = g[1], g[0]
		}
		t.hooks.Swapped(r)
	}
	way := toClient
	if r.fromClient(reverse) {
		way = toServer
	}
	g := t.gain(r)
	first := r.dir[way].packets == 0
	if p.Proto == decode.ProtoTCP {
		t.countTCP(r, p, way, n, &g.Gain[way])
	} else {
		r.count(p, way, n, &g.Gain[way])
	}
	if r.is(classified) {
		if first {
			r.Result.Risks &^= 1 << riskUnidirectional
		}
	} else if !p.Fragment || p.FirstFrag {
		t.classify(r, p, way == toServer)
	}
	return r
}

// begin makes the flow of its first packet, nil when there is no room.
func (t *Table) begin(p *decode.Packet, k *Key, reverse bool, hash uint64) *Record {
	if !t.limit.take() {
		return nil
	}
	r := t.allocate()
	r.start(k, reverse, p)
	t.index.add(uint32(hash), r.number)
	t.counts.New++
	r.checkSwap(p)
	t.hooks.New(r, p)
	return r
}

func (t *Table) allocate() *Record {
	if n := len(t.free); n > 0 {
		number := t.free[n-1]
		t.free = t.free[:n-1]
		return t.record(number)
	}
	if int(t.next) == len(t.slabs)*slabRecords {
		t.slabs = append(t.slabs, new([slabRecords]Record))
	}
	r := t.record(t.next)
	r.number = t.next
	t.next++
	return r
}

// countTCP counts p and notes what was seen for the first time in the flow.
func (t *Table) countTCP(r *Record, p *decode.Packet, way, n int, g *counters.Gain) {
	const rare = decode.SYN | decode.RST | decode.FIN
	fresh := p.TCPFlags & rare &^ (r.tcpFlags[0] | r.tcpFlags[1])
	unknown := !r.is(ackSeen)
	r.count(p, way, n, g)
	if unknown && r.is(ackSeen) {
		t.counts.Established++
	}
	if fresh == 0 {
		return
	}
	if fresh&decode.SYN != 0 {
		t.counts.Syn++
	}
	if fresh&decode.RST != 0 {
		t.counts.Reset++
	}
	if fresh&decode.FIN != 0 {
		t.counts.Fin++
	}
}

// gain is what r gained since the last roll-up, to be added to.
func (t *Table) gain(r *Record) *Pending {
	if r.pending == 0 {
		t.pending = append(t.pending, Pending{Flow: r})
		r.pending = uint32(len(t.pending))
	}
	return &t.pending[r.pending-1]
}

func (t *Table) classify(r *Record, p *decode.Packet, fromClient bool) {
	if r.class == nil {
		r.class = t.engine.NewState()
	}
	t.tuple = r.tuple()
	done := t.engine.Feed(r.class, &t.tuple, p, fromClient)
	if !done && r.state >= TCPClosed && r.class.Result() != (dpi.Result{}) {
		// Named, and the connection has ended: what its dissector still hopes to
		// read will not come, and must not be waited for with buffers in hand.
		t.engine.GiveUp(r.class, &t.tuple)
		done = true
	}
	t.adopt(r, done)
}

// adopt takes over what the classifier says of r, for good when it is done.
func (t *Table) adopt(r *Record, done bool) {
	m := r.class.Meta()
	r.set(namesNew, r.is(namesNew) || m != r.Meta || done)
	r.Result, r.Meta = r.class.Result(), m
	if done {
		r.set(classified, true)
		t.engine.Release(r.class)
		r.class = nil
	}
}

// GiveUp lets the classifier guess for every flow that it has not decided;
// there will be no more packets.
func (t *Table) GiveUp() { t.each(t.giveUp) }

func (t *Table) giveUp(r *Record) {
	if r.is(classified) {
		return
	}
	if r.class == nil {
		r.class = t.engine.NewState()
	}
	t.tuple = r.tuple()
	t.engine.GiveUp(r.class, &t.tuple)
	t.adopt(r, true)
	t.gain(r)
}

// RollUp hands the gains since the last call to apply, some at a time, and
// begins anew.
func (t *Table) RollUp(apply func(part []Pending)) {
	const part = 64
	for p := t.pending; len(p) > 0; p = p[min(part, len(p)):] {
		apply(p[:min(part, len(p))])
	}
	for i := range t.pending {
		t.pending[i].Flow.pending = 0
	}
	if cap(t.pending) > 1<<12 && len(t.pending) < cap(t.pending)/8 {
		t.pending = nil // a burst is over
		return
	}
	clear(t.pending)
	t.pending = t.pending[:0]
}

// Purge takes flows out whose last packet is before limit (nanoseconds), after
// a last guess by the classifier and a last roll-up through apply, and hands
// each to ended.
func (t *Table) Purge(limit int64, apply func(part []Pending), ended func(r *Record)) int {
	var gone []*Record
	t.each(func(r *Record) {
		if r.lastSeen < limit {
			t.giveUp(r)
			gone = append(gone, r)
		}
	})
	if len(gone) == 0 {
		return 0
	}
	t.RollUp(apply)
	for _, r := range gone {
		ended(r)
		t.end(r)
	}
	t.limit.n.Add(-int64(len(gone)))
	return len(gone)
}

// end takes r out of the table; its memory is for the next flow.
func (t *Table) end(r *Record) {
	t.index.remove(uint32(r.Hash(t.seed)), r.number)
	t.free = append(t.free, r.number)
	*r = Record{number: r.number}
}

func (t *Table) each(fn func(r *Record)) {
	for n := uint32(0); n < t.next; n++ {
		if r := t.record(n); r.is(inUse) {
			fn(r)
		}
	}
}

// Each calls fn for the flows in [from, from+most) of the table's places and
// returns where to go on, 0 at the end. The places of flows do not change
// between calls; flows that begin or end meanwhile may be missed.
func (t *Table) Each(from, most int, fn func(r *Record)) (next int) {
	end := min(from+most, int(t.next))
	for n := from; n < end; n++ {
		if r := t.record(uint32(n)); r.is(inUse) {
			fn(r)
		}
	}
	if end >= int(t.next) {
		return 0
	}
	return end
}

// Len is the number of flows.
func (t *Table) Len() int { return t.index.used }

// TakeCounts returns what was counted since the last call.
func (t *Table) TakeCounts() Counts {
	c := t.counts
	t.counts = Counts{}
	return c
}
