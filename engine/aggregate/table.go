package aggregate

import (
	"cmp"
	"slices"
	"sync"
)

// IDs are the groups that a host belongs to, by kind; None where it has none.
type IDs [kinds]uint32

// NoIDs is a host that belongs to no group.
func NoIDs() (ids IDs) {
	for k := range ids {
		ids[k] = None
	}
	return ids
}

// Member is what hosts of the same groups share. It does not change.
type Member struct {
	groups [kinds]*Group
	ids    IDs
	hosts  int // guarded by the table's lock
}

// Of is the member's group of a kind, nil where it has none or m is nil.
func (m *Member) Of(k Kind) *Group {
	if m == nil {
		return nil
	}
	return m.groups[k]
}

// ID is the id of the member's group of a kind, or None.
func (m *Member) ID(k Kind) uint32 {
	if m == nil {
		return None
	}
	return m.ids[k]
}

// Each calls fn for every group of the member.
func (m *Member) Each(fn func(g *Group)) {
	if m == nil {
		return
	}
	for _, g := range m.groups {
		if g != nil {
			fn(g)
		}
	}
}

// Table is the groups of one interface, shared by its shards.
type Table struct {
	mu      sync.Mutex
	groups  map[Key]*Group
	members map[IDs]*Member
}

// NewTable returns an empty table.
func NewTable() *Table { return &Table{groups: map[Key]*Group{}, members: map[IDs]*Member{}} }

// Join takes a host into its groups. nobody says that it is the address of nobody
// in particular.
func (t *Table) Join(ids IDs, nobody bool) *Member {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.join(ids, nobody)
}

func (t *Table) join(ids IDs, nobody bool) *Member {
	m := t.members[ids]
	if m == nil {
		m = &Member{ids: ids}
		for k, id := range ids {
			if id != None {
				m.groups[k] = t.group(Key{Kind(k), id})
			}
		}
		t.members[ids] = m
	}
	m.hosts++
	m.Each(func(g *Group) {
		g.mu.Lock()
		g.hosts++
		g.nobody += one(nobody)
		g.mu.Unlock()
	})
	return m
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (t *Table) group(k Key) *Group {
	g := t.groups[k]
	if g == nil {
		g = &Group{Key: k}
		t.groups[k] = g
	}
	return g
}

// Leave takes a host out of its groups; m is what Join returned.
func (t *Table) Leave(m *Member, nobody bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.leave(m, nobody)
}

func (t *Table) leave(m *Member, nobody bool) {
	if m.hosts--; m.hosts == 0 {
		delete(t.members, m.ids)
	}
	m.Each(func(g *Group) {
		g.mu.Lock()
		g.hosts--
		g.nobody -= one(nobody)
		g.mu.Unlock()
	})
}

// Move puts a host into another group of kind k. What it did before
// stays with the old one.
func (t *Table) Move(m *Member, k Kind, id uint32, nobody bool) *Member {
	ids := m.ids
	ids[k] = id
	t.mu.Lock()
	defer t.mu.Unlock()
	n := t.join(ids, nobody)
	t.leave(m, nobody)
	return n
}

// Find is a group, or nil.
func (t *Table) Find(k Key) *Group {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.groups[k]
}

// Group is a group, made when missing.
func (t *Table) Group(k Key) *Group {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.group(k)
}

// All lists the groups of a kind by id.
func (t *Table) All(kind Kind) []*Group {
	t.mu.Lock()
	var out []*Group
	for k, g := range t.groups {
		if k.Kind == kind {
			out = append(out, g)
		}
	}
	t.mu.Unlock()
	slices.SortFunc(out, func(a, b *Group) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Purge drops the groups without hosts that were last seen before limit
// (nanoseconds), but for those of kinds whose groups last: systems, pools and
// local networks.
func (t *Table) Purge(limit int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for k, g := range t.groups {
		switch k.Kind {
		case System, Pool, Network:
			continue
		}
		g.mu.Lock()
		idle := g.hosts == 0 && g.sum.LastSeen < limit
		g.mu.Unlock()
		if idle {
			delete(t.groups, k)
		}
	}
}
