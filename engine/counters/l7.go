package counters

// L7 counts one application protocol as seen from one side.
type L7 struct {
	Duplex
	Flows    uint32
	Duration uint32 // seconds in which the protocol was seen
	seen     Seconds
}

// Seen counts the seconds marked in mask, of which bit n is second first+n
// (Unix), into Duration, each once.
func (l *L7) Seen(first, mask uint32) { l.Duration += l.seen.Note(first, mask) }

// inlineL7 is how many counters need no memory of their own.
const inlineL7 = 2

// L7Map counts by protocol or category id. Small maps are the rule (a host
// speaks a handful of protocols): the ids are a short sorted list, and the
// first counters lie in the map itself, close to the ids.
type L7Map struct {
	more   *l7Many // all counters, when inline is too small
	n      uint8   // counters in inline; unused once there are more
	ids    [inlineL7]uint16
	inline [inlineL7]L7
}

type l7Many struct {
	ids   []uint16
	cells []L7
}

func (m *L7Map) list() ([]uint16, []L7) {
	if m.more != nil {
		return m.more.ids, m.more.cells
	}
	return m.ids[:m.n], m.inline[:m.n]
}

// At returns the counter of id, made when it is missing. The pointer is valid
// until the next At.
func (m *L7Map) At(id uint16) *L7 {
	ids, cells := m.list()
	i := search(ids, id)
	if i < len(ids) && ids[i] == id {
		return &cells[i]
	}
	if m.more == nil && len(ids) < inlineL7 {
		m.n++
		ids, cells = m.list()
	} else {
		if m.more == nil {
			m.more = &l7Many{ids: append(make([]uint16, 0, 4), ids...), cells: append(make([]L7, 0, 4), cells...)}
		}
		m.more.ids, m.more.cells = append(m.more.ids, 0), append(m.more.cells, L7{})
		ids, cells = m.list()
	}
	copy(ids[i+1:], ids[i:])
	copy(cells[i+1:], cells[i:])
	ids[i], cells[i] = id, L7{}
	return &cells[i]
}

// Count adds d, seen in the seconds that first and mask tell as for L7.Seen, to
// the counter of id, and one flow when it is a new one. Nothing is counted
// without packets.
func (m *L7Map) Count(id uint16, d Duplex, first, mask uint32, newFlow bool) {
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
func (m *L7Map) Len() int {
	ids, _ := m.list()
	return len(ids)
}

// Each calls f in ascending order of id.
func (m *L7Map) Each(f func(id uint16, c *L7)) {
	ids, cells := m.list()
	for i, id := range ids {
		f(id, &cells[i])
	}
}

// Clone is a copy that shares nothing with m.
func (m *L7Map) Clone() L7Map {
	c := *m
	if m.more != nil {
		c.more = &l7Many{ids: append([]uint16(nil), m.more.ids...), cells: append([]L7(nil), m.more.cells...)}
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
	if o.seen.last > l.seen.last {
		l.seen = o.seen
	}
}
