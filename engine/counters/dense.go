package counters

// L7Dense counts by protocol or category id as L7Map does, for whoever counts
// under many ids all the time: an array with a place for each id.
type L7Dense struct {
	cells []L7
	used  []uint16 // ids that were counted
}

// Count is L7Map.Count.
func (m *L7Dense) Count(id uint16, d Duplex, sec int64, newFlow bool) {
	if d.Packets() == 0 {
		return
	}
	if int(id) >= len(m.cells) {
		m.cells = append(m.cells, make([]L7, int(id)+64-len(m.cells))...)
	}
	c := &m.cells[id]
	if c.Sent.Packets|c.Rcvd.Packets == 0 {
		m.used = append(m.used, id)
	}
	c.Duplex.Add(d)
	c.Seen(sec)
	if newFlow {
		c.Flows++
	}
}

// MoveTo adds everything to sum and begins anew.
func (m *L7Dense) MoveTo(sum *L7Map) {
	for _, id := range m.used {
		sum.At(id).Add(&m.cells[id])
		m.cells[id] = L7{}
	}
	m.used = m.used[:0]
}
