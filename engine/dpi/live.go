package dpi

import (
	"fmt"
	"slices"
	"strings"
)

// tables are the protocols that are served: those of a year, and after Load
// those of the user's rules. They are replaced, never changed.
type tables struct {
	year   []Protocol           // of the year, indexed by id
	rows   []Protocol           // those and the user's
	extra  map[uint16]*Protocol // the user's, by id
	byName map[string]uint16
	remap  []uint16 // 2024 id to served id; nil when they are the same
	custom *Custom  // nil when the user added nothing
}

func newTables(rows []Protocol, remap []uint16) *tables {
	t := &tables{year: rows, rows: rows, byName: map[string]uint16{}, remap: remap}
	for i := range rows {
		t.byName[strings.ToLower(rows[i].Name)] = rows[i].ID
	}
	return t
}

// get returns the row of an id, that of "Unknown" when there is none.
func (t *tables) get(id uint16) *Protocol {
	if int(id) < len(t.year) {
		return &t.year[id]
	}
	if p, ok := t.extra[id]; ok {
		return p
	}
	return &t.year[0]
}

// origin is the inverse of remap.
func (t *tables) origin(served uint16) (uint16, bool) {
	if t.remap == nil || int(served) >= len(t.remap) {
		return served, true
	}
	i := slices.Index(t.remap, served)
	return uint16(i), i >= 0
}

// with returns the tables with a user's additions and categories.
func (t *tables) with(c *Custom, categories map[uint16]uint8) *tables {
	n := &tables{year: slices.Clone(t.year), extra: map[uint16]*Protocol{}, byName: map[string]uint16{}, remap: t.remap, custom: c}
	for name, id := range t.byName {
		n.byName[name] = id
	}
	for i := range n.year {
		if cat, ok := categories[n.year[i].ID]; ok {
			n.year[i].Category = cat
		}
	}
	n.rows = n.year
	if c == nil {
		return n
	}
	for _, p := range c.rows {
		if cat, ok := categories[p.ID]; ok {
			p.Category = cat
		}
		n.rows = append(n.rows, p)
		n.byName[strings.ToLower(p.Name)] = p.ID
	}
	for i := len(n.year); i < len(n.rows); i++ {
		n.extra[n.rows[i].ID] = &n.rows[i]
	}
	return n
}

// Load puts a user's additions into force, in the place of those before; nil
// takes them away. Flows that are decided stay as they are. It is safe to call
// while packets are classified.
func (e *Engine) Load(c *Custom) error {
	if c != nil && c.base != e.base {
		return fmt.Errorf("dpi: rules were built for another engine")
	}
	e.loading.Lock()
	defer e.loading.Unlock()
	e.live.Store(e.base.with(c, e.categories))
	return nil
}

// Custom returns what Load was given last; nil for nothing.
func (e *Engine) Custom() *Custom { return e.live.Load().custom }

// SetProtocolCategory moves a protocol into another category. It lasts until it
// is set again; Load does not touch it.
func (e *Engine) SetProtocolCategory(id uint16, category uint8) error {
	if e.Protocol(id).ID != id {
		return fmt.Errorf("dpi: no protocol %d", id)
	}
	if _, ok := categoryNames[category]; !ok {
		return fmt.Errorf("dpi: no category %d", category)
	}
	e.loading.Lock()
	defer e.loading.Unlock()
	e.categories[id] = category
	e.live.Store(e.base.with(e.live.Load().custom, e.categories))
	return nil
}

// IsCustom reports a protocol that a user's rule defined.
func (e *Engine) IsCustom(id uint16) bool {
	_, ok := e.live.Load().extra[id]
	return ok
}

// MatchCategory returns the category that the user's lists give a host name or
// address, and the list that says so.
func (e *Engine) MatchCategory(host string) (category uint8, list string, ok bool) {
	c := e.live.Load().custom
	if c == nil {
		return 0, "", false
	}
	var hit listed
	if p, err := parseNetwork(host); err == nil {
		hit, ok = c.addrCats.find(p.Addr())
	} else {
		hit, ok = below(c.hostCats, cleanHost(host))
	}
	if !ok {
		return 0, "", false
	}
	return hit.category, hit.list.Name, true
}
