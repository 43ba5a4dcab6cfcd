package counters

import (
	"unsafe"

	"ntopgo/engine/prefetch"
)

// L7 counts one application protocol as seen from one side.
type L7 struct {
	Duplex
	Flows    uint32
	Duration uint32 // seconds in which the protocol was seen
	seen     uint64 // as in Seconds, whose parts lie apart to fill 56 bytes
	last     uint32
	id       uint16
}

// Seen counts the seconds marked in mask, of which bit n is second first+n
// (Unix), into Duration, each once.
func (l *L7) Seen(first uint32, mask uint64) { l.Duration += note(&l.seen, &l.last, first, mask) }

// inlineL7 is how many counters need no memory of their own.
const inlineL7 = 3

// L7Map counts by protocol or category id. Small maps are the rule (a host
// speaks a handful of protocols): the counters are a short list, sorted by id,
// and the first lie in the map itself.
type L7Map struct {
	more   *l7List // all counters, when inline is too small
	n      uint8   // counters in inline; unused once there are more
	inline [inlineL7]L7
}

// l7List is one piece of memory as long as four counters suffice. The ids of its
// cells stand together, so that looking for one touches no other counter.
type l7List struct {
	cells    []L7
	ids      []uint16
	firstIDs [4 * inlineL7]uint16
	first    [2 * inlineL7]L7
}

func newL7List(cells []L7) *l7List {
	l := &l7List{}
	l.cells = append(l.first[:0], cells...)
	l.ids = l.firstIDs[:0]
	for i := range cells {
		l.ids = append(l.ids, cells[i].id)
	}
	return l
}

// at is the counter of id, made when it is missing.
func (l *l7List) at(id uint16) *L7 {
	i := search(l.ids, id)
	if i < len(l.ids) && l.ids[i] == id {
		return &l.cells[i]
	}
	l.ids = append(l.ids, 0)
	copy(l.ids[i+1:], l.ids[i:])
	l.ids[i] = id
	l.cells = append(l.cells, L7{})
	copy(l.cells[i+1:], l.cells[i:])
	l.cells[i] = L7{id: id}
	return &l.cells[i]
}

func (m *L7Map) list() []L7 {
	if m.more != nil {
		return m.more.cells
	}
	return m.inline[:m.n]
}

// At returns the counter of id, made when it is missing. The pointer is valid
// until the next At.
func (m *L7Map) At(id uint16) *L7 {
	if m.more != nil {
		return m.more.at(id)
	}
	i := 0
	for ; i < int(m.n) && m.inline[i].id <= id; i++ {
		if m.inline[i].id == id {
			return &m.inline[i]
		}
	}
	if int(m.n) == inlineL7 {
		m.more = newL7List(m.inline[:])
		return m.more.at(id)
	}
	copy(m.inline[i+1:], m.inline[i:])
	m.inline[i] = L7{id: id}
	m.n++
	return &m.inline[i]
}

// Prefetch asks for the counters that do not lie in the map itself.
func (m *L7Map) Prefetch() {
	if m.more != nil {
		prefetch.Lines(unsafe.Pointer(m.more), int(unsafe.Sizeof(l7List{})/prefetch.LineSize))
	}
}

// Count adds d, seen in the seconds that first and mask tell as for L7.Seen, to
// the counter of id, and one flow when it is a new one. Nothing is counted
// without packets.
func (m *L7Map) Count(id uint16, d Duplex, first uint32, mask uint64, newFlow bool) {
	if d.Packets() == 0 {
		return
	}
	n := m.At(id)
	n.Duplex.Add(d)
	n.Seen(first, mask)
	if newFlow {
		n.Flows++
	}
}

// search is the place of id in ids, or where it belongs.
func search(ids []uint16, id uint16) int {
	lo, hi := 0, len(ids)
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		if ids[mid] < id {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// Len is the number of protocols counted.
func (m *L7Map) Len() int { return len(m.list()) }

// Each calls f in ascending order of id.
func (m *L7Map) Each(f func(id uint16, c *L7)) {
	cells := m.list()
	for i := range cells {
		f(cells[i].id, &cells[i])
	}
}

// Clone is a copy that shares nothing with m.
func (m *L7Map) Clone() L7Map {
	c := *m
	if m.more != nil {
		c.more = newL7List(m.more.cells)
	}
	return c
}

// Add merges o into m, id by id.
func (m *L7Map) Add(o *L7Map) {
	o.Each(func(id uint16, c *L7) { m.At(id).Add(c) })
}

// Add merges o into l. Durations do not add up, as they may be of the same
// seconds: the longest stays.
func (l *L7) Add(o *L7) {
	l.Duplex.Add(o.Duplex)
	l.Flows += o.Flows
	l.Duration = max(l.Duration, o.Duration)
	if o.last > l.last {
		l.seen, l.last = o.seen, o.last
	}
}
