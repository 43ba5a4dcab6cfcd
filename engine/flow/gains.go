package flow

import (
	"math"
	"slices"
	"unsafe"

	"ntopgo/engine/counters"
	"ntopgo/engine/host"
	"ntopgo/engine/prefetch"
	"ntopgo/engine/slab"
)

// Window is how many seconds of gains a flow collects before they are passed on
// to its hosts; less when somebody wants to read them.
const Window = 60

// Pending is what a flow gained since its gains were last passed on, on its way to
// whom it is passed on.
type Pending struct {
	record *Record // nil when there is nothing to pass on
	// First is the second (Unix) from which Seconds and L7Seconds count: bit n is
	// second First+n. They tell when the flow gained anything, and when its
	// protocol was known.
	First              uint32
	Seconds, L7Seconds uint64
	Gain               [2]counters.Gain // to the server, to the client
}

// entry is what is needed to find out what a flow gained: what it had counted when
// its gains were last passed on. Entries stand in the order in which the flows began
// to gain. Only packets that bring events touch them.
type entry struct {
	flow    uint32 // 1 + number of the record, 0 when the flow has ended
	first   uint32 // second (Unix) in which it began to gain
	bytes   [2]uint64
	packets [2]uint32 // the lower halves
	events  [2]counters.Events
}

// has notes what r has counted so far.
func (e *entry) has(r *Record) {
	for way := range r.dir {
		e.bytes[way], e.packets[way] = r.dir[way].bytes, uint32(r.dir[way].packets)
	}
}

// gains is a queue of entries. Each has a number that stays the same while it
// is in the queue; 0 is nobody's. It lies in chunks, as a queue that grows and
// shrinks in one piece has the kernel clear new memory each time.
type gains struct {
	chunks     []gainsChunk // from that of head to that of tail
	first      uint32       // number of the first place in chunks[0]
	spare      []gainsChunk
	head, tail uint32
}

// gainsPlaces is how many places a chunk has, a power of two: they fill a huge page.
const gainsPlaces = 1 << 15

// spareGains is how many chunks stay ready for the next burst.
const spareGains = 4

type gainsChunk struct {
	items *[gainsPlaces]entry
	mem   *slab.Array[entry] // of items
}

func newGains() gains { return gains{head: 1, tail: 1} }

func (q *gains) at(number uint32) *entry {
	return &q.chunks[(number-q.first)/gainsPlaces].items[number%gainsPlaces]
}

func (q *gains) len() uint32 { return q.tail - q.head }

// push adds a place at the tail.
func (q *gains) push(e entry) (number uint32) {
	if q.tail == 0 { // the numbers begin anew
		q.add(entry{})
	}
	return q.add(e)
}

func (q *gains) add(e entry) (number uint32) {
	number = q.tail
	if len(q.chunks) == 0 {
		q.first = number &^ (gainsPlaces - 1)
	}
	if int((number-q.first)/gainsPlaces) == len(q.chunks) {
		q.chunks = append(q.chunks, q.chunk())
	}
	*q.at(number) = e
	q.tail++
	return number
}

// chunk is one that is not in the queue.
func (q *gains) chunk() gainsChunk {
	if n := len(q.spare); n > 0 {
		c := q.spare[n-1]
		q.spare = q.spare[:n-1]
		return c
	}
	mem := slab.NewArray[entry](gainsPlaces)
	return gainsChunk{(*[gainsPlaces]entry)(mem.Items), mem}
}

// part is up to most places at the head that lie beside each other.
func (q *gains) part(most uint32) []entry {
	if q.len() == 0 {
		return nil
	}
	at := q.head % gainsPlaces
	n := min(most, q.len(), gainsPlaces-at)
	return q.chunks[0].items[at : at+n]
}

// drop takes n places from the head.
func (q *gains) drop(n uint32) {
	for q.head += n; len(q.chunks) > 0 && q.head-q.first >= gainsPlaces; q.first += gainsPlaces {
		c := q.chunks[0]
		q.chunks = q.chunks[:copy(q.chunks, q.chunks[1:])]
		if len(q.spare) < spareGains {
			q.spare = append(q.spare, c)
		} else {
			c.mem.Free()
		}
	}
}

// gainsPart is how many gains are handed over at once.
const gainsPart = 64

// gain notes that r gains something in the present second.
func (t *Table) gain(r *Record) {
	if r.second != t.second {
		r.beginSecond(t.second)
		t.active[0] = push(t.active[0], r.number)
	} else if r.seconds != 0 {
		return
	}
	t.entry(r)
	r.seconds |= 1 << (t.second - r.first)
}

// push is append for lists that last and are filled anew each second. A burst makes them
// long at once: growing by halves, as append does, leaves several times as much behind.
func push[T any](list []T, x T) []T {
	if len(list) == cap(list) {
		list = slices.Grow(list, max(len(list), 64))
	}
	return append(list, x)
}

// entry makes sure that what r gains is collected.
func (t *Table) entry(r *Record) {
	if r.pending == 0 {
		e := entry{flow: r.number + 1, first: t.second}
		e.has(r)
		r.pending, r.first = t.gains.push(e), t.second
		return
	}
	if t.second-r.first >= 64 { // the clock was not told that the second is over
		t.passOn(r)
		r.first = t.second
		t.gains.at(r.pending).first = t.second
	}
}

// gained says whether r gained packets in a direction.
func (t *Table) gained(r *Record, way int) bool {
	return uint32(r.dir[way].packets) != t.gains.at(r.pending).packets[way]
}

// events is where those of a direction are counted. They are no more than the packets
// of both, as an exchange of roles leaves some of what was counted where it was.
func (t *Table) events(r *Record, way int) *counters.Events {
	e := t.gains.at(r.pending)
	if uint64(uint32(r.dir[0].packets)-e.packets[0])+uint64(uint32(r.dir[1].packets)-e.packets[1]) >= math.MaxUint16 {
		t.passOn(r)
		t.gain(r)
	}
	return &e.events[way]
}

// collect moves what e's flow r gained to p.
func (e *entry) collect(r *Record, p *Pending) {
	*p = Pending{First: e.first, Seconds: r.seconds, L7Seconds: r.l7Seconds()}
	if p.Seconds|p.L7Seconds == 0 {
		return
	}
	p.record = r
	for way := range p.Gain {
		g, d := &p.Gain[way], &r.dir[way]
		g.Bytes, g.Packets = d.bytes-e.bytes[way], uint32(d.packets)-e.packets[way]
		g.Sizes, g.Events = d.sizes, e.events[way]
		d.sizes, e.events[way] = [counters.SizeBuckets]uint16{}, counters.Events{}
	}
	r.seconds, r.l7At = 0, 0
}

// l7Begins notes that the protocol of r is known from the present second on.
func (t *Table) l7Begins(r *Record) {
	t.entry(r)
	r.l7At = 1 + uint8(t.second-r.first)
}

// l7Seconds are those in which r gained something, its protocol being known, and that
// in which it became so.
func (r *Record) l7Seconds() uint64 {
	switch {
	case !r.is(classified):
		return 0
	case r.l7At == 0:
		return r.seconds
	}
	n := r.l7At - 1
	return r.seconds>>n<<n | 1<<n
}

// passOn hands over the gains of one flow before their time.
func (t *Table) passOn(r *Record) {
	e, one := t.gains.at(r.pending), t.passing[:1]
	if e.collect(r, &one[0]); one[0].record != nil {
		e.has(r)
		t.hooks.Gains(one)
	}
}

// PassSome hands over gains in the order in which their flows began to gain,
// some at a time, until the queue has reached upTo, a value of Gaining, or most
// flows were looked at. It says whether there is more.
func (t *Table) PassSome(upTo uint32, most int) (more bool) {
	for int32(upTo-t.gains.head) > 0 {
		if most <= 0 {
			return true
		}
		part := t.gains.part(min(gainsPart, upTo-t.gains.head))
		t.handOver(part)
		most -= len(part)
	}
	return false
}

// Gaining is the end of the queue of gains.
func (t *Table) Gaining() (upTo uint32) { return t.gains.tail }

// passOld hands over the gains that began before second sec.
func (t *Table) passOld(sec uint32) {
	for t.gains.len() > 0 {
		part := t.gains.part(gainsPart)
		n := 0
		for n < len(part) && int32(part[n].first-sec) < 0 {
			n++
		}
		if n == 0 {
			return
		}
		t.handOver(part[:n])
	}
}

// handOver hands over what is at the head of the queue, gainsPart at most.
func (t *Table) handOver(part []entry) {
	passing := t.collect(part, &t.passing)
	t.gains.drop(uint32(len(part)))
	t.hooks.Gains(passing)
}

// collect moves what is gained by part, gainsPart at most, into room.
func (t *Table) collect(part []entry, room *[gainsPart]Pending) []Pending {
	passing := room[:len(part)]
	for i := range part {
		if n := part[i].flow; n != 0 {
			t.record(n - 1).prefetchCounters()
		}
	}
	for i := range part {
		e := &part[i]
		if passing[i].record = nil; e.flow == 0 {
			continue
		}
		r := t.record(e.flow - 1)
		e.collect(r, &passing[i])
		r.pending = 0
	}
	return passing
}

// Flow is the record whose gains p are, nil when there is nothing to pass on.
func (t *Table) Flow(p *Pending) *Record { return p.record }

// PrefetchForGains asks for what passing on the gains of r will need.
func (t *Table) PrefetchForGains(r *Record) {
	prefetch.Lines(unsafe.Pointer(r), 1)
	prefetch.Lines(unsafe.Pointer(&r.cli), 1)
}

// Advance ends the present second: sec (Unix) begins, and what began before it
// by Window or more is passed on. Flows that began, or whose names were found,
// in the second that ends are handed to their hooks first.
func (t *Table) Advance(sec uint32) {
	t.Announce()
	for t.second != sec {
		last := t.active[2][:0]
		t.active[2], t.active[1], t.active[0] = t.active[1], t.active[0], last
		if t.second++; sec-t.second > 2 { // nothing of before is left
			t.second = sec - 2
		}
	}
	t.passOld(sec - Window + 1)
}

// Announce hands flows that began, and those whose names were found, to their
// hooks.
func (t *Table) Announce() {
	t.inParts(t.fresh, false, func(r *Record, l Links) {
		if r.once(hostsCounted) {
			t.speak(r, l)
			t.hooks.Begun(r, l)
		}
	})
	t.fresh = t.fresh[:0]
	t.inParts(t.answered, false, t.speak)
	t.answered = t.answered[:0]
	t.inParts(t.named, true, func(r *Record, l Links) {
		if r.is(namesNew) {
			r.set(namesNew, false)
			t.hooks.Named(r, l)
		}
	})
	t.named = t.named[:0]
}

// speak tells the hosts of r who has sent something.
func (t *Table) speak(r *Record, l Links) {
	t.hooks.Speak(l.Cli, l.Srv, r.is(spokeToServer), r.is(spokeToClient))
}

// inParts calls fn for the flows with these numbers that have not ended. It asks
// for the memory of some of them, and of their hosts, before it does; names asks for
// what hosts have of names and messages too.
func (t *Table) inParts(numbers []uint32, names bool, fn func(r *Record, l Links)) {
	for len(numbers) > 0 {
		part := numbers[:min(gainsPart, len(numbers))]
		numbers = numbers[len(part):]
		for _, n := range part {
			r := t.record(n)
			t.PrefetchForGains(r)
			prefetch.Lines(unsafe.Pointer(t.findings(r)), 1)
		}
		for _, n := range part {
			r := t.record(n)
			cli, srv := t.Hosts(r)
			cli.PrefetchBegin()
			srv.PrefetchBegin()
			prefetch.Lines(unsafe.Pointer(unsafe.StringData(string(t.findings(r).meta))), 2)
		}
		if names {
			t.eachHost(part, (*host.Host).PrefetchDetails)
			t.eachHost(part, (*host.Host).PrefetchMessages)
		}
		for _, n := range part {
			if r := t.record(n); r.is(inUse) {
				fn(r, t.Links(r))
			}
		}
	}
}

// eachHost calls fn for the hosts of the flows with these numbers, nil among them.
func (t *Table) eachHost(numbers []uint32, fn func(*host.Host)) {
	for _, n := range numbers {
		cli, srv := t.Hosts(t.record(n))
		fn(cli)
		fn(srv)
	}
}

// Active is the present second (Unix) and the numbers of the flows that gained
// something in one of the two before it, each once, appended to buf.
func (t *Table) Active(buf []uint32) (second uint32, flows []uint32) {
	buf = append(buf, t.active[1]...)
	for _, n := range t.active[2] {
		if t.record(n).In(t.second-1).Packets == 0 {
			buf = append(buf, n)
		}
	}
	return t.second, buf
}

// forget takes a flow that ends out of the lists of those that are active.
func (t *Table) forget(r *Record) {
	if t.second-r.second > 2 {
		return
	}
	for i, list := range t.active {
		kept := list[:0]
		for _, n := range list {
			if n != r.number {
				kept = append(kept, n)
			}
		}
		t.active[i] = kept
	}
}
