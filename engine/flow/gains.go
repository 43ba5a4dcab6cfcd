package flow

import (
	"math"
	"unsafe"

	"ntopgo/engine/counters"
	"ntopgo/engine/host"
	"ntopgo/engine/prefetch"
	"ntopgo/engine/slab"
)

// Window is how many seconds of gains a flow collects before they are passed on
// to its hosts; less when somebody wants to read them.
const Window = 60

// Pending is what a flow gained since its gains were last passed on. They stand
// in the order in which the flows began to gain, apart from the records, which
// makes counting and passing on a walk over little memory.
type Pending struct {
	flow uint32 // 1 + number of the record, 0 when the flow has ended
	// First is the second (Unix) from which Seconds and L7Seconds count: bit n is
	// second First+n. They tell when the flow gained anything, and when its
	// protocol was known.
	First              uint32
	Seconds, L7Seconds uint64
	Gain               [2]counters.Gain // to the server, to the client
	_                  [8]byte          // up to two cache lines
}

// full says that another packet may be one too many for a counter. Both directions
// together decide, as an exchange of roles leaves some of what was counted where it was.
func (p *Pending) full() bool {
	return uint64(p.Gain[0].Packets)+uint64(p.Gain[1].Packets) >= math.MaxUint16
}

// empty says whether there is nothing to pass on.
func (p *Pending) empty() bool { return p.Seconds|p.L7Seconds == 0 }

// gains is a queue of Pending. Each has a number that stays the same while it
// is in the queue; 0 is nobody's. It lies in chunks, as a queue that grows and
// shrinks in one piece has the kernel clear new memory each time.
type gains struct {
	chunks     []gainsChunk // from that of head to that of tail
	first      uint32       // number of the first place in chunks[0]
	spare      []gainsChunk
	head, tail uint32
}

// gainsPlaces is how many places a chunk has, a power of two: they fill a huge page.
const gainsPlaces = 1 << 14

// spareGains is how many chunks stay ready for the next burst.
const spareGains = 4

type gainsChunk struct {
	items *[gainsPlaces]Pending
	mem   *slab.Array[Pending] // of items
}

func newGains() gains { return gains{head: 1, tail: 1} }

func (q *gains) at(number uint32) *Pending {
	return &q.chunks[(number-q.first)/gainsPlaces].items[number%gainsPlaces]
}

func (q *gains) len() uint32 { return q.tail - q.head }

// push adds a place at the tail.
func (q *gains) push(p Pending) (number uint32) {
	if q.tail == 0 { // the numbers begin anew
		q.add(Pending{})
	}
	return q.add(p)
}

func (q *gains) add(p Pending) (number uint32) {
	number = q.tail
	if len(q.chunks) == 0 {
		q.first = number &^ (gainsPlaces - 1)
	}
	if int((number-q.first)/gainsPlaces) == len(q.chunks) {
		q.chunks = append(q.chunks, q.chunk())
	}
	*q.at(number) = p
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
	mem := slab.NewArray[Pending](gainsPlaces)
	return gainsChunk{(*[gainsPlaces]Pending)(mem.Items), mem}
}

// part is up to most places at the head that lie beside each other.
func (q *gains) part(most uint32) []Pending {
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

// gain is what r gained, to be added to in the present second.
func (t *Table) gain(r *Record) *Pending {
	if r.second != t.second {
		r.beginSecond(t.second)
		t.active[0] = append(t.active[0], r.number)
	}
	p := t.entry(r)
	p.Seconds |= 1 << (t.second - p.First)
	return p
}

// entry is the place for what r gains.
func (t *Table) entry(r *Record) *Pending {
	if r.pending == 0 {
		r.pending = t.gains.push(Pending{flow: r.number + 1, First: t.second})
		return t.gains.at(r.pending)
	}
	p := t.gains.at(r.pending)
	if t.second-p.First >= 64 { // the clock was not told that the second is over
		t.passOn(p)
		p.First = t.second
	}
	return p
}

// passOn hands over the gains of one flow before their time.
func (t *Table) passOn(p *Pending) {
	if p.empty() {
		return
	}
	t.one[0] = *p
	t.hooks.Gains(t.one[:])
	*p = Pending{flow: p.flow, First: p.First}
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
		for n < len(part) && int32(part[n].First-sec) < 0 {
			n++
		}
		if n == 0 {
			return
		}
		t.handOver(part[:n])
	}
}

// handOver hands over what is at the head of the queue.
func (t *Table) handOver(part []Pending) {
	t.hooks.Gains(part)
	for i := range part {
		if n := part[i].flow; n != 0 {
			t.record(n - 1).pending = 0
		}
	}
	t.gains.drop(uint32(len(part)))
}

// Flow is the record whose gains p are, nil when there is nothing to pass on.
func (t *Table) Flow(p *Pending) *Record {
	if p.flow == 0 || p.empty() {
		return nil
	}
	return t.record(p.flow - 1)
}

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
	if r.is(spokeToServer) {
		t.hooks.Speaks(l.Cli, l.Srv)
	}
	if r.is(spokeToClient) {
		t.hooks.Speaks(l.Srv, l.Cli)
	}
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
