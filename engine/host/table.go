package host

import (
	"net/netip"
	"sync"
	"sync/atomic"

	"ntopgo/engine/aggregate"
	"ntopgo/engine/hostpool"
	"ntopgo/engine/mac"
	"ntopgo/engine/network"
)

// stripes is how many locks the table is split over, so that shards that start
// flows at the same time seldom wait for each other.
const stripes = 32

// Place is where an address belongs: the number of its autonomous system and the
// two letters of its country, zero where it is not known.
type Place struct {
	AS      uint32
	Country [2]byte
}

// Table is the set of hosts of one interface, shared by its shards.
type Table struct {
	max    int
	nets   *network.Set
	locate func(netip.Addr) Place
	count  struct {
		sync.Mutex
		n       int
		refused uint64
	}
	aggregates                 *aggregate.Table
	pools                      atomic.Pointer[hostpool.Set]
	local, rxOnly, rxOnlyLocal atomic.Int64
	groups                     atomic.Int64
	stripe                     [stripes]struct {
		sync.RWMutex
		m map[place]*Host
	}
}

// place is a Key without pointers, which maps compare and hash faster.
type place struct {
	addr [16]byte
	vlan uint16
	v6   bool
}

func (k Key) place() place { return place{k.Addr.As16(), k.VLAN, k.Addr.Is6()} }

// NewTable returns an empty table of at most max hosts (0: no limit). locate,
// which may be nil, is asked once for each host; several goroutines call it.
func NewTable(max int, nets *network.Set, locate func(netip.Addr) Place) *Table {
	if locate == nil {
		locate = func(netip.Addr) Place { return Place{} }
	}
	t := &Table{max: max, nets: nets, locate: locate, aggregates: aggregate.NewTable()}
	t.pools.Store(hostpool.New())
	for i := range t.stripe {
		t.stripe[i].m = map[place]*Host{}
	}
	return t
}

func (p *place) stripe() int {
	return int(p.addr[15]^p.addr[14]*31^p.addr[13]*17^byte(p.vlan)) % stripes
}

// Get returns the host of k, made at time now when missing; nil when the table
// is full, which is counted.
func (t *Table) Get(k Key, m *mac.Mac, now int64) *Host {
	at := k.place()
	s := &t.stripe[at.stripe()]
	s.RLock()
	h := s.m[at]
	s.RUnlock()
	if h != nil {
		return h
	}
	s.Lock()
	defer s.Unlock()
	if h = s.m[at]; h != nil {
		return h
	}
	t.count.Lock()
	full := t.max > 0 && t.count.n >= t.max
	if full {
		t.count.refused++
	} else {
		t.count.n++
	}
	t.count.Unlock()
	if full {
		return nil
	}
	h = &Host{Key: k, Place: t.locate(k.Addr), NetworkID: t.nets.ID(k.Addr), System: t.nets.System(k.Addr), Local: t.nets.Local(k.Addr), Group: t.isGroup(k.Addr)}
	h.data.FirstSeen, h.data.LastSeen, h.data.Mac, h.data.Details = now, now, m, &noDetails
	t.enter(h, m)
	t.countKind(h, 1)
	if m != nil {
		m.Update(func(d *mac.Data) { d.Hosts++ })
	}
	s.m[at] = h
	return h
}

// Find returns the host of k, or nil.
func (t *Table) Find(k Key) *Host {
	at := k.place()
	s := &t.stripe[at.stripe()]
	s.RLock()
	defer s.RUnlock()
	return s.m[at]
}

// Len is the number of hosts; refused is how many could not be added because
// the table was full.
func (t *Table) Len() (n int, refused uint64) {
	t.count.Lock()
	defer t.count.Unlock()
	return t.count.n, t.count.refused
}

// isGroup says whether nobody in particular has the address.
func (t *Table) isGroup(a netip.Addr) bool {
	if a.IsMulticast() || Broadcast(a, netip.Prefix{}) {
		return true
	}
	id := t.nets.ID(a)
	return id != network.NoID && Broadcast(a, t.nets.All()[id].Prefix)
}

func (t *Table) countKind(h *Host, n int64) {
	switch {
	case h.Group:
		t.groups.Add(n)
	case h.Local:
		t.local.Add(n)
	}
}

// Groups is how many entries are group addresses, which Kinds leaves out.
func (t *Table) Groups() int { return int(t.groups.Load()) }

// Kinds counts the local hosts, those that were only ever spoken to, and those
// that are both.
func (t *Table) Kinds() (local, rxOnly, rxOnlyLocal int) {
	return int(t.local.Load()), int(t.rxOnly.Load()), int(t.rxOnlyLocal.Load())
}

// Speaks notes that from, or nobody when nil, sent a packet to to. Whoever
// counts a flow calls it at the first packet of each direction.
func (t *Table) Speaks(from, to *Host) {
	if from != nil && from.seen.Load()&hostSent == 0 {
		if was := from.seen.Or(hostSent); was == hostHeard {
			t.countRxOnly(from, -1)
		}
	}
	if to != nil && to.seen.Load()&hostHeard == 0 {
		if was := to.seen.Or(hostHeard); was == 0 {
			t.countRxOnly(to, 1)
		}
	}
}

// countRxOnly adds n hosts like h to those that were only spoken to.
func (t *Table) countRxOnly(h *Host, n int64) {
	if h.Group {
		return
	}
	t.rxOnly.Add(n)
	if h.Local {
		t.rxOnlyLocal.Add(n)
	}
}

// All lists the hosts in no order.
func (t *Table) All() []*Host {
	n, _ := t.Len()
	out := make([]*Host, 0, n)
	for i := range t.stripe {
		s := &t.stripe[i]
		s.RLock()
		for _, h := range s.m {
			out = append(out, h)
		}
		s.RUnlock()
	}
	return out
}

// Purge drops hosts without flows that were last seen before localLimit, or
// remoteLimit for remote ones (nanoseconds), and says how many.
func (t *Table) Purge(localLimit, remoteLimit int64) int {
	dropped := 0
	for i := range t.stripe {
		s := &t.stripe[i]
		s.Lock()
		for k, h := range s.m {
			limit := remoteLimit
			if h.Local {
				limit = localLimit
			}
			h.mu.Lock()
			idle := h.flows.Load() == 0 && h.data.LastSeen < limit
			m, rxOnly := h.data.Mac, h.seen.Load() == hostHeard
			if idle {
				t.aggregates.Leave(h.member.Swap(nil), h.Group)
			}
			h.mu.Unlock()
			if !idle {
				continue
			}
			delete(s.m, k)
			dropped++
			t.countKind(h, -1)
			if rxOnly {
				t.countRxOnly(h, -1)
			}
			if m != nil {
				m.Update(func(d *mac.Data) { d.Hosts-- })
			}
		}
		s.Unlock()
	}
	t.count.Lock()
	t.count.n -= dropped
	t.count.Unlock()
	t.aggregates.Purge(remoteLimit)
	return dropped
}
