package host

import (
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"

	"ntopgo/engine/aggregate"
	"ntopgo/engine/hostpool"
	"ntopgo/engine/mac"
	"ntopgo/engine/memory"
	"ntopgo/engine/network"
	"ntopgo/engine/number"
	"ntopgo/engine/prefetch"
)

// Place is where an address belongs: the number of its autonomous system and the
// two letters of its country, zero where it is not known.
type Place struct {
	AS      uint32
	Country [2]byte
}

// Table is the set of hosts of one interface, shared by its shards.
type Table struct {
	max        int
	nets       *network.Set
	locate     func(netip.Addr) Place
	aggregates *aggregate.Table
	pools      atomic.Pointer[hostpool.Set]
	seed       uint64
	live       atomic.Pointer[index]

	_     prefetch.Apart // what follows changes with each new host
	count struct {
		sync.Mutex
		n       int
		refused uint64
	}
	local, rxOnly, rxOnlyLocal atomic.Int64
	groups                     atomic.Int64
	virtual                    atomic.Int64 // virtual hosts of all

	mu      sync.Mutex // held by whoever changes live or numbers
	numbers number.Set[Host]
}

// NewTable returns an empty table of at most max hosts (0: no limit). locate,
// which may be nil, is asked once for each host; several goroutines call it.
func NewTable(max int, nets *network.Set, locate func(netip.Addr) Place) *Table {
	if locate == nil {
		locate = func(netip.Addr) Place { return Place{} }
	}
	t := &Table{max: max, nets: nets, locate: locate, seed: rand.Uint64(), aggregates: aggregate.NewTable()}
	t.pools.Store(hostpool.New())
	t.live.Store(newIndex(0))
	return t
}

// Get returns the host of k, made at time now when missing; nil when the table
// is full, which is counted.
func (t *Table) Get(k Key, m *mac.Mac, now int64) *Host {
	hash := k.hash(t.seed)
	if h := t.live.Load().find(hash, k); h != nil {
		return h
	}
	if !t.take() {
		return nil
	}
	// What is slow, the place above all, is asked before the lock is taken.
	h := memory.New[Host]()
	h.Key, h.Place, h.NetworkID = k, t.locate(k.Addr), int32(t.nets.ID(k.Addr))
	h.System, h.Local, h.Group = t.nets.System(k.Addr), t.nets.Local(k.Addr), t.isGroup(k.Addr)
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.live.Load()
	if other := x.find(hash, k); other != nil { // another shard was first
		t.giveBack(1)
		return other
	}
	if h.number = t.numbers.Add(h); h.number == 0 { // flows could not name it
		t.giveBack(1)
		return nil
	}
	h.data.FirstSeen, h.data.LastSeen, h.data.Mac, h.data.Details = now, now, m, &noDetails
	t.enter(h, m)
	t.countKind(h, 1)
	if m != nil {
		m.Update(func(d *mac.Data) { d.Hosts++ })
	}
	if x.full() {
		more := newIndex(2 * x.used)
		x.each(more.add)
		x = more
		defer t.live.Store(x)
	}
	x.add(hash, h)
	return h
}

// giveBack counts n hosts less.
func (t *Table) giveBack(n int) {
	t.count.Lock()
	t.count.n -= n
	t.count.Unlock()
}

// take counts one more host; false when the table is full, which is counted too.
func (t *Table) take() bool {
	t.count.Lock()
	defer t.count.Unlock()
	if t.max > 0 && t.count.n >= t.max {
		t.count.refused++
		return false
	}
	t.count.n++
	return true
}

// Find returns the host of k, or nil.
func (t *Table) Find(k Key) *Host { return t.live.Load().find(k.hash(t.seed), k) }

// At is the host with a number of Host.Number, nil when there is none. It needs no
// lock.
func (t *Table) At(n uint32) *Host { return t.numbers.At(n) }

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

// Speak notes that cli sent packets to srv, if asked is set, and srv to cli if answered
// is; either may be nil. Whoever counts a flow calls it when a direction began.
func (t *Table) Speak(cli, srv *Host, asked, answered bool) {
	var ofCli, ofSrv uint32
	if asked {
		ofCli, ofSrv = hostSent, hostHeard
	}
	if answered {
		ofCli, ofSrv = ofCli|hostHeard, ofSrv|hostSent
	}
	t.did(cli, ofCli)
	t.did(srv, ofSrv)
}

// did notes what h, which may be nil, was seen doing. Most hosts get an answer at once:
// they never count as only spoken to, which all cores would have to hear.
func (t *Table) did(h *Host, what uint32) {
	if h == nil || h.seen.Load()&what == what {
		return
	}
	was := h.seen.Or(what)
	switch now := was | what; {
	case was == hostHeard && now != hostHeard:
		t.countRxOnly(h, -1)
	case was != hostHeard && now == hostHeard:
		t.countRxOnly(h, 1)
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
	t.live.Load().each(func(_ uint32, h *Host) { out = append(out, h) })
	return out
}

// Purge drops hosts without flows that were last seen before localLimit, or
// remoteLimit for remote ones (nanoseconds), and says how many.
func (t *Table) Purge(localLimit, remoteLimit int64) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	x, dropped := t.live.Load(), 0
	kept := make([]*Host, 0, x.used)
	x.each(func(_ uint32, h *Host) {
		limit := remoteLimit
		if h.Local {
			limit = localLimit
		}
		if t.idle(h, limit) {
			t.numbers.Remove(h.number)
			dropped++
		} else {
			kept = append(kept, h)
		}
	})
	t.aggregates.Purge(remoteLimit)
	if dropped == 0 {
		return 0
	}
	rest := newIndex(len(kept))
	for _, h := range kept {
		rest.add(h.Key.hash(t.seed), h)
	}
	t.live.Store(rest)
	t.giveBack(dropped)
	return dropped
}

// idle says whether h has no flows and was last seen before limit; if so it is
// not counted any more.
func (t *Table) idle(h *Host, limit int64) bool {
	h.mu.Lock()
	idle := h.flows.Load() == 0 && h.data.LastSeen < limit
	m, rxOnly := h.data.Mac, h.seen.Load() == hostHeard
	if idle {
		t.aggregates.Leave(h.member.Swap(nil), h.Group)
		t.virtual.Add(-int64(len(h.data.Details.virtual)))
	}
	h.mu.Unlock()
	if !idle {
		return false
	}
	t.countKind(h, -1)
	if rxOnly {
		t.countRxOnly(h, -1)
	}
	if m != nil {
		m.Update(func(d *mac.Data) { d.Hosts-- })
	}
	return true
}
