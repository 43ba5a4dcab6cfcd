package flow

import (
	"math"
	"sync/atomic"

	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/host"
	"ntopgo/engine/iec104"
	"ntopgo/engine/mac"
	"ntopgo/engine/memory"
	"ntopgo/engine/slab"
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

// Table is the flow table of one shard.
type Table struct {
	index      index
	records    *slab.Table[Record]
	found      []*[foundChunk]findings // by number of the record
	next       uint32                  // first number that was never used
	free       []uint32                // numbers of ended flows
	seed       uint64
	limit      *Limit
	engine     *dpi.Engine
	hooks      Hooks
	second     uint32 // that is being counted (Unix)
	ended      bool
	gains      gains
	passing    [gainsPart]Pending // gains on their way
	active     [3][]uint32        // flows that gained in the present second and the two before
	fresh      []uint32           // flows that began in this second
	unnumbered []Unnumbered       // flows that began since they were last numbered
	order      uint64             // of the packet at hand; see Order
	answered   []uint32           // flows of earlier seconds whose other direction began
	named      []uint32           // flows whose names were found in this second
	sums       Sums
	packing    []byte
	unpacked   dpi.Metadata
	origins    map[uint32]*Origin              // of collected flows, by number of the record; nil while there are none
	talks      map[uint32]*iec104.Conversation // by number of the record; nil while there are none
	tuple      dpi.Tuple                       // of the flow that is being classified; a local one would escape
}

// foundChunk is how many findings are allocated at once.
const foundChunk = 512

// Hooks tie a table to what surrounds it; all are needed.
type Hooks struct {
	// Hosts and MACs are where the links of flows are found.
	Hosts *host.Table
	MACs  *mac.Table
	// New is called for a new flow before its first packet is counted, and says
	// what its ends are.
	New func(r *Record, p *decode.Packet) Links
	// Swapped is called after client and server of a flow were exchanged.
	Swapped func(r *Record, l Links)
	// Speak is called when a direction began, at the end of the second, with those that
	// have begun; hosts that the table of hosts had no room for are nil.
	Speak func(cli, srv *host.Host, asked, answered bool)
	// Begun is called once for each flow at the end of its first second, when its
	// direction is mostly settled.
	Begun func(r *Record, l Links)
	// Named is called at the end of a second in which the classifier found, or
	// stopped looking for, what may hold names.
	Named func(r *Record, l Links)
	// Said is called for each payload of a flow that is followed, from the one by
	// which the classifier has decided on, which is the first.
	Said func(r *Record, p *decode.Packet, toServer, first bool)
	// Gains takes what flows gained, which is good until it returns; Table.Flow tells
	// whose it is.
	Gains func(part []Pending)
	// Ended is called for a flow that leaves the table, after its last gains.
	Ended func(r *Record, l Links)
}

// Sums is what a table counted of all its flows together since TakeSums.
type Sums struct {
	// Flows that began, and those in which a TCP flag, or the end of a handshake,
	// was seen for the first time.
	New, Syn, Established, Reset, Fin uint64
	// By protocol and category once these are known; Sent is to the server.
	L7, Categories counters.L7Dense
	DSCP           counters.L7Dense
	Local          [2][2]counters.Traffic // by whether sender and receiver are local
	Issues         counters.TCPIssues
}

// NewTable returns an empty table. seed is that of the hashes given to Process.
func NewTable(limit *Limit, engine *dpi.Engine, seed uint64, hooks Hooks) *Table {
	return &Table{index: newIndex(), records: slab.New[Record](), gains: newGains(), limit: limit, engine: engine.Worker(), seed: seed,
		hooks: hooks}
}

func (t *Table) record(number uint32) *Record { return t.records.At(number) }

// Links are the ends of r.
func (t *Table) Links(r *Record) Links {
	return Links{t.hooks.Hosts.At(r.cli), t.hooks.Hosts.At(r.srv), t.hooks.MACs.At(r.cliMAC), t.hooks.MACs.At(r.srvMAC)}
}

// Hosts are the hosts of r, nil where there is none.
func (t *Table) Hosts(r *Record) (cli, srv *host.Host) {
	return t.hooks.Hosts.At(r.cli), t.hooks.Hosts.At(r.srv)
}

func (t *Table) findings(r *Record) *findings {
	return &t.found[r.number/foundChunk][r.number%foundChunk]
}

// Alerts are those that checks raised for r, nil for most.
func (t *Table) Alerts(r *Record) *Alerts { return t.findings(r).alerts }

// SetAlerts replaces the alerts of r.
func (t *Table) SetAlerts(r *Record, a *Alerts) { t.findings(r).alerts = a }

// Record is the flow with a number of Active; another one, or none, when that
// has ended.
func (t *Table) Record(number uint32) (r *Record, ok bool) {
	r = t.record(number)
	return r, r.is(inUse)
}

// End says that there will be no more packets: no flow has a rate any more.
func (t *Table) End() { t.ended = true }

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

// of returns the flow of p, or nil; id is what Identify says of p.
func (t *Table) of(p *decode.Packet, id *Ident) *Record {
	hash, mask := id.Hash, t.index.mask()
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := t.index.slots[i]
		if slot == 0 {
			return nil
		}
		if uint32(slot>>32) == hash {
			if r := t.record(uint32(slot) - 1); id.names(p, &r.Key) {
				return r
			}
		}
	}
}

// Find is the flow of k, nil when there is none; hash is what Key.Hash says of k.
func (t *Table) Find(k *Key, hash uint64) *Record { return t.find(k, uint32(hash)) }

// maybe is the first record with this hash, which need not have the same key.
func (t *Table) maybe(hash uint32) *Record {
	mask := t.index.mask()
	for i := hash & mask; t.index.slots[i] != 0; i = (i + 1) & mask {
		if slot := t.index.slots[i]; uint32(slot>>32) == hash {
			return t.record(uint32(slot) - 1)
		}
	}
	return nil
}

// Process counts p, which weighs n bytes, into its flow, made when missing, and
// shows it to the classifier. id is what Identify says of p. It returns nil when
// there is no room for a new flow.
func (t *Table) Process(p *decode.Packet, id *Ident, n int) *Record {
	r := t.of(p, id)
	if r == nil {
		k := id.Key(p)
		if r = t.begin(p, &k, id.Reverse, id.Hash); r == nil {
			return nil
		}
	} else if r.is(swapRequested) {
		t.swap(r)
	}
	way := toClient
	if r.fromClient(id.Reverse) {
		way = toServer
	}
	t.gain(r)
	if d := &r.dir[way]; !r.is(spoke[way]) {
		t.firstOf(r, way)
	} else if d.tos>>2 != p.TOS>>2 && t.gained(r, way) || d.sizes[counters.SizeBucket(int(p.WireLen))] == math.MaxUint16 {
		t.passOn(r) // what was gained so far had another DSCP, or no more can be counted
		t.gain(r)
	}
	t.count(r, p, way, n)
	t.sum(r, p, way, n)
	if !r.is(classified) && (!p.Fragment || p.FirstFrag) {
		t.classify(r, p, way == toServer)
		if r.is(followed) && p.PayloadLen > 0 {
			t.hooks.Said(r, p, way == toServer, true)
		}
		return r
	}
	if r.is(followed) && p.PayloadLen > 0 {
		t.hooks.Said(r, p, way == toServer, false)
	}
	return r
}

// begin makes the flow of its first packet, nil when there is no room.
func (t *Table) begin(p *decode.Packet, k *Key, reverse bool, hash uint32) *Record {
	if !t.limit.take() {
		return nil
	}
	r := t.allocate()
	r.start(k, reverse, p)
	t.index.add(hash, r.number)
	t.sums.New++
	t.fresh = push(t.fresh, r.number)
	t.unnumbered = push(t.unnumbered, Unnumbered{t.order, r.id, r.number})
	r.checkSwap(p)
	l := t.hooks.New(r, p)
	r.cli, r.srv, r.cliMAC, r.srvMAC = l.Cli.Number(), l.Srv.Number(), l.CliMAC.Number(), l.SrvMAC.Number()
	return r
}

func (t *Table) allocate() *Record {
	if n := len(t.free); n > 0 {
		number := t.free[n-1]
		t.free = t.free[:n-1]
		return t.record(number)
	}
	if int(t.next) == t.records.Cap() {
		t.records.Grow()
	}
	if int(t.next) == len(t.found)*foundChunk {
		t.found = append(t.found, memory.New[[foundChunk]findings]())
	}
	r := t.record(t.next)
	r.number = t.next
	t.next++
	return r
}

// Turned says whether client and server of r were exchanged after packets of it had
// been counted; who collects flows knows them from the start.
func (t *Table) Turned(r *Record) bool { return r.is(swapped) && t.origins[r.number] == nil }

// swap exchanges client and server of r.
func (t *Table) swap(r *Record) {
	r.swap()
	if c := t.findings(r).class; c != nil {
		c.SwapDirections()
	}
	if r.pending != 0 {
		e := &t.gains.at(r.pending).events
		e[0], e[1] = e[1], e[0]
	}
	up, down := r.Totals()
	cli, srv := bit(r.is(clientLocal)), bit(r.is(serverLocal))
	t.sums.move(srv, cli, up)
	t.sums.move(cli, srv, down)
	t.hooks.Swapped(r, t.Links(r))
}

// move counts traffic between ends that are local or not under the other
// direction.
func (s *Sums) move(from, to int, n counters.Traffic) {
	s.Local[from][to] = s.Local[from][to].Sub(n)
	s.Local[to][from].Add(n)
}

// spoke is the mark of a direction that there was a packet of.
var spoke = [2]mark{toServer: spokeToServer, toClient: spokeToClient}

// firstOf is called before the first packet of a direction is counted.
func (t *Table) firstOf(r *Record, way int) {
	r.marks |= spoke[way]
	if r.is(hostsCounted) { // otherwise Announce tells the hosts
		t.answered = push(t.answered, r.number)
	}
	if r.is(classified) {
		r.Result.Risks &^= 1 << riskUnidirectional
	}
}

// sum counts a packet into what the flows have together.
func (t *Table) sum(r *Record, p *decode.Packet, way, n int) {
	traffic := counters.Traffic{Packets: 1, Bytes: uint64(n)}
	from, to := bit(r.is(clientLocal)), bit(r.is(serverLocal))
	if way == toClient {
		from, to = to, from
	}
	t.sums.Local[from][to].Add(traffic)
	side(t.sums.DSCP.At(uint16(p.TOS>>2)), way).Add(traffic)
	if r.is(classified) {
		side(t.sums.L7.At(r.app), way).Add(traffic)
		side(t.sums.Categories.At(uint16(r.category)), way).Add(traffic)
	}
}

func side(d *counters.Duplex, way int) *counters.Traffic {
	if way == toServer {
		return &d.Sent
	}
	return &d.Rcvd
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// GiveUp lets the classifier guess for every flow that it has not decided;
// there will be no more packets.
func (t *Table) GiveUp() {
	t.engine.Retire()
	var room [gainsPart]*Record
	part := room[:0]
	t.each(func(r *Record) {
		if r.is(classified) {
			return
		}
		if part = append(part, r); len(part) == len(room) {
			t.giveUpSome(part)
			part = room[:0]
		}
	})
	t.giveUpSome(part)
}

// giveUpSome asks for the memory of all of part before it gives them up.
func (t *Table) giveUpSome(part []*Record) {
	for _, step := range [](func(*Record)){t.PrefetchFindings, t.PrefetchState, t.PrefetchWork, t.giveUp} {
		for _, r := range part {
			step(r)
		}
	}
}

// Purge takes flows out whose last packet is before limit (nanoseconds), after
// a last guess by the classifier, and says how many.
func (t *Table) Purge(limit int64) int {
	var gone []*Record
	t.each(func(r *Record) {
		if t.lastHeard(r) < limit {
			t.giveUp(r)
			gone = append(gone, r)
		}
	})
	if len(gone) == 0 {
		return 0
	}
	t.Announce()
	for _, r := range gone {
		t.end(r)
	}
	t.limit.n.Add(-int64(len(gone)))
	return len(gone)
}

// end takes r out of the table; its memory is for the next flow.
func (t *Table) end(r *Record) {
	if r.pending != 0 {
		t.passOn(r)
		t.gains.at(r.pending).flow = 0
	}
	t.hooks.Ended(r, t.Links(r))
	t.forget(r)
	t.index.remove(uint32(r.Hash(t.seed)), r.number)
	t.free = append(t.free, r.number)
	delete(t.origins, r.number)
	delete(t.talks, r.number)
	*t.findings(r) = findings{}
	*r = Record{number: r.number}
}

// IEC104 is what is known of a connection of this protocol, begun when missing.
func (t *Table) IEC104(r *Record) *iec104.Conversation {
	c := t.talks[r.number]
	if c == nil {
		if t.talks == nil {
			t.talks = map[uint32]*iec104.Conversation{}
		}
		c = &iec104.Conversation{}
		t.talks[r.number] = c
	}
	return c
}

func (t *Table) each(fn func(r *Record)) {
	for n := uint32(0); n < t.next; n++ {
		if r := t.record(n); r.is(inUse) {
			fn(r)
		}
	}
}

// All calls fn for every flow.
func (t *Table) All(fn func(r *Record)) { t.each(fn) }

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

// Sums is what was counted since fn was last called.
func (t *Table) TakeSums(fn func(s *Sums)) {
	s := &t.sums
	fn(s)
	*s = Sums{L7: s.L7, Categories: s.Categories, DSCP: s.DSCP}
}
