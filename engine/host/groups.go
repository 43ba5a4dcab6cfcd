package host

import (
	"ntopgo/engine/aggregate"
	"ntopgo/engine/hostpool"
	"ntopgo/engine/mac"
)

// Member is the groups that the host belongs to, nil when it was forgotten.
func (h *Host) Member() *aggregate.Member { return h.member.Load() }

// Aggregates are the groups of the table's hosts.
func (t *Table) Aggregates() *aggregate.Table { return t.aggregates }

// enter takes a new host into its groups.
func (t *Table) enter(h *Host, m *mac.Mac) {
	ids := aggregate.NoIDs()
	ids[aggregate.AS], ids[aggregate.Country] = h.AS, aggregate.CountryID(h.Country)
	if h.VLAN != 0 { // what is untagged is nobody's VLAN
		ids[aggregate.VLAN] = uint32(h.VLAN)
	}
	if h.NetworkID >= 0 {
		ids[aggregate.Network] = uint32(h.NetworkID)
	}
	pool, _ := t.pools.Load().Of(h.Addr, h.VLAN, m)
	ids[aggregate.Pool] = uint32(pool)
	if m != nil {
		h.data.learnOS(OSOfDHCP(m.DHCPOptions()), OSFromDHCP, 0)
	}
	ids[aggregate.System] = uint32(h.data.OS)
	h.member.Store(t.aggregates.Join(ids, h.Group))
}

// move puts h into another group of a kind; its lock must be held.
func (t *Table) move(h *Host, k aggregate.Kind, id uint32) {
	m := h.member.Load()
	if m == nil || m.ID(k) == id {
		return
	}
	n := t.aggregates.Move(m, k, id, h.Group)
	h.member.Store(n)
	h.data.Alerts.move(m.Of(k), n.Of(k))
}

// LearnOS takes over that the system of h is os, found in a flow
// that began at time first, unless another is believed more.
func (t *Table) LearnOS(h *Host, os OS, from OSSource, first int64) {
	if os == UnknownOS || h.Group {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.data.learnOS(os, from, first)
	t.move(h, aggregate.System, uint32(h.data.OS))
}

// LearnDHCP takes over what the DHCP requests of station m tell of
// the hosts that use it.
func (t *Table) LearnDHCP(m *mac.Mac) {
	os := OSOfDHCP(m.DHCPOptions())
	if os == UnknownOS {
		return
	}
	for _, h := range t.All() {
		h.mu.Lock()
		mine := h.data.Mac == m
		h.mu.Unlock()
		if mine {
			t.LearnOS(h, os, OSFromDHCP, 0)
		}
	}
}

// Pools is who is in which pool.
func (t *Table) Pools() *hostpool.Set { return t.pools.Load() }

// SetPools puts p into force. What hosts did before stays with the
// pools that they were in.
func (t *Table) SetPools(p *hostpool.Set) {
	t.pools.Store(p)
	for _, id := range p.IDs() { // they exist before they have hosts
		t.aggregates.Group(aggregate.Key{Kind: aggregate.Pool, ID: uint32(id)})
	}
	for _, h := range t.All() {
		t.Repool(h)
	}
}

// Repool puts h into the pool that it belongs to by its address and
// card.
func (t *Table) Repool(h *Host) {
	h.mu.Lock()
	defer h.mu.Unlock()
	pool, _ := t.pools.Load().Of(h.Addr, h.VLAN, h.data.Mac)
	t.move(h, aggregate.Pool, uint32(pool))
}
