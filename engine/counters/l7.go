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
const inlineL7 = 2

// L7Map counts by protocol or category id. Small maps are the rule (a host
// speaks a handful of protocols): the counters are a short list, sorted by id,
// and the first lie in the map itself.
type L7Map struct {
	more   *l7List // all counters, when inline is too small
	n      uint8   // counters in inline; unused once there are more
	inline [inlineL7]L7
}

// l7List is one piece of memory as long as four counters suffice.
type l7List struct {
	cells []L7
	first [2 * inlineL7]L7
}

func newL7List(cells []L7) *l7List {
	l := &l7List{}
	l.cells = append(l.first[:0], cells...)
	return l
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
	cells := m.list()
	i := search(cells, id)
	if i < len(cells) && cells[i].id == id {
		return &cells[i]
	}
	if m.more == nil && len(cells) < inlineL7 {
		m.n++
		cells = m.list()
	} else {
		if m.more == nil {
			m.more = newL7List(cells)
		}
		m.more.cells = append(m.more.cells, L7{})
		cells = m.more.cells
	}
	copy(cells[i+1:], cells[i:])
	cells[i] = L7{id: id}
	return &cells[i]
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

// search is the place of id in cells, or where it belongs.
func search(cells []L7, id uint16) int {
	lo, hi := 0, len(cells)
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		if cells[mid].id < id {
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
