package counters

// L7 counts one application protocol as seen from one side.
type L7 struct {
	Duplex
	Flows    uint64
	Duration uint64 // seconds in which the protocol was seen
	lastSeen int64  // second last counted in Duration
}

// Seen counts second sec (Unix) into Duration once.
func (l *L7) Seen(sec int64) {
	if sec > l.lastSeen {
		l.Duration++
		l.lastSeen = sec
	}
}

// L7Map counts by protocol or category id. Small maps are the rule (a host
// speaks a handful of protocols), so it is a sorted slice.
type L7Map struct {
	entries []l7Entry
}

type l7Entry struct {
	id uint16
	c  L7
}

// At returns the counter of id, made when it is missing. The pointer is valid
// until the next At.
func (m *L7Map) At(id uint16) *L7 {
	i := m.search(id)
	if i < len(m.entries) && m.entries[i].id == id {
		return &m.entries[i].c
	}
	m.entries = append(m.entries, l7Entry{})
	copy(m.entries[i+1:], m.entries[i:])
	m.entries[i] = l7Entry{id: id}
	return &m.entries[i].c
}

// Count adds d, seen in second sec (Unix), to the counter of id, and one flow
// when it is a new one. Nothing is counted without packets.
func (m *L7Map) Count(id uint16, d Duplex, sec int64, newFlow bool) {
	if d.Packets() == 0 {
		return
	}
	n := m.At(id)
	n.Duplex.Add(d)
	n.Seen(sec)
	if newFlow {
		n.Flows++
	}
}

func (m *L7Map) search(id uint16) int {
	lo, hi := 0, len(m.entries)
	for lo < hi {
		mid := (lo + hi) / 2
		if m.entries[mid].id < id {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// Clear forgets all counters and keeps the memory.
func (m *L7Map) Clear() { m.entries = m.entries[:0] }

// Len is the number of protocols counted.
func (m *L7Map) Len() int { return len(m.entries) }

// Each calls f in ascending order of id.
func (m *L7Map) Each(f func(id uint16, c *L7)) {
	for i := range m.entries {
		f(m.entries[i].id, &m.entries[i].c)
	}
}

// Clone is a copy that shares nothing with m.
func (m *L7Map) Clone() L7Map {
	return L7Map{entries: append([]l7Entry(nil), m.entries...)}
}

// Add merges o into m. A duration of one second counts when its second is new
// to m, as the shards report second by second; longer ones do not add up, the
// longest stays.
func (m *L7Map) Add(o *L7Map) {
	o.Each(func(id uint16, c *L7) {
		mine := m.At(id)
		mine.Duplex.Add(c.Duplex)
		mine.Flows += c.Flows
		if c.Duration == 1 {
			mine.Seen(c.lastSeen)
			return
		}
		mine.Duration = max(mine.Duration, c.Duration)
		mine.lastSeen = max(mine.lastSeen, c.lastSeen)
	})
}
