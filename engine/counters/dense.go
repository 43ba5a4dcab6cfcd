package counters

// L7Dense counts by protocol or category id as L7Map does, for whoever counts
// single packets under many ids all the time: an array with a place for each id.
type L7Dense struct {
	cells []denseCell
	used  []uint16 // ids that were counted
}

type denseCell struct {
	Duplex
	flows uint32
	used  bool
}

// At is the counter of id, which must be counted into: it is handed over as
// seen in this second.
func (m *L7Dense) At(id uint16) *Duplex { return &m.cell(id).Duplex }

// Flow counts a flow under id.
func (m *L7Dense) Flow(id uint16) { m.cell(id).flows++ }

func (m *L7Dense) cell(id uint16) *denseCell {
	if int(id) >= len(m.cells) {
		m.cells = append(m.cells, make([]denseCell, int(id)+64-len(m.cells))...)
	}
	c := &m.cells[id]
	if !c.used {
		c.used = true
		m.used = append(m.used, id)
	}
	return c
}

// MoveTo adds everything to sum as seen in second sec (Unix) and begins anew.
func (m *L7Dense) MoveTo(sum *L7Map, sec uint32) {
	for _, id := range m.used {
		c := &m.cells[id]
		to := sum.At(id)
		to.Duplex.Add(c.Duplex)
		to.Flows += c.flows
		to.Seen(sec, 1)
		*c = denseCell{}
	}
	m.used = m.used[:0]
}
