package iface

import (
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// SortKey orders a listing: by Num, then by Str.
type SortKey struct {
	Num float64
	Str string
}

func (k SortKey) less(o SortKey) bool {
	if k.Num != o.Num {
		return k.Num < o.Num
	}
	return k.Str < o.Str
}

// FlowQuery selects, orders and cuts a listing of flows. Match and Key run
// under a shard's lock: they must be quick and must not call the interface.
// What Key does not decide comes in the order of the original's hash table (see
// slots), whose pages show the first few of many equal flows.
type FlowQuery struct {
	Match func(f *flow.Flow) bool    // nil: all
	Key   func(f *flow.Flow) SortKey // nil: all are equal
	Desc  bool                       // the whole order is reversed
	Skip  int
	Limit int // 0: no limit
}

// eachBatch is how many flows are looked at before the shard may go on
// counting packets.
const eachBatch = 1024

// flowRow is a flow of a listing until its page is copied.
type flowRow struct {
	f   *flow.Record
	s   *shard
	key SortKey
	at  uint32 // slot of the original's table
	id  uint32
	t   int64
}

// slots is how many slots the original's hash table has for at most limit entries.
// Their numbers are those of DisplayKey and AddrKey, modulo slots; in a slot the
// newest entry is first.
func slots(limit int) uint32 { return uint32(max(4096, limit/4)) }

// Flows returns copies of the flows selected by q, and how many matched in all.
func (i *Interface) Flows(q FlowQuery) (page []flow.Flow, total int) {
	rows := newBest(q.Skip, q.Limit, func(x, y *flowRow) bool {
		if x.key != y.key {
			return x.key.less(y.key) != q.Desc
		}
		if x.at != y.at {
			return x.at < y.at != q.Desc
		}
		if x.t != y.t {
			return x.t > y.t != q.Desc
		}
		return x.id < y.id
	})
	var f flow.Flow
	n := slots(i.cfg.MaxFlows)
	for _, s := range i.shards {
		s.each(func(r *flow.Record) {
			row := flowRow{f: r, s: s, at: r.DisplayKey() % n, t: r.FirstSeen(), id: r.ID()}
			if q.Match != nil || q.Key != nil {
				s.view(r, &f)
			}
			if q.Match != nil && !q.Match(&f) {
				return
			}
			if q.Key != nil {
				row.key = q.Key(&f)
			}
			rows.add(row)
		})
	}
	wanted := rows.from(q.Skip)
	page = make([]flow.Flow, 0, len(wanted))
	for _, r := range wanted {
		r.s.mu.Lock()
		// The flow may have ended meanwhile, and its record be another's.
		if r.f.ID() == r.id && r.f.FirstSeen() == r.t {
			r.s.view(r.f, &f)
			page = append(page, f.Own())
		}
		r.s.mu.Unlock()
	}
	return page, rows.total
}

// view fills f with what is known of r.
func (s *shard) view(r *flow.Record, f *flow.Flow) { s.flows.View(r, f) }

// each calls fn for every flow of the shard, under its lock, which it gives up
// now and then.
func (s *shard) each(fn func(r *flow.Record)) {
	for at := 0; ; {
		s.mu.Lock()
		at = s.flows.Each(at, eachBatch, fn)
		s.mu.Unlock()
		if at == 0 {
			return
		}
	}
}

// EachFlow calls fn for every flow, under the lock of its shard: fn must be
// quick, must not keep f and must not call the interface.
func (i *Interface) EachFlow(fn func(f *flow.Flow)) {
	var f flow.Flow
	for _, s := range i.shards {
		s.each(func(r *flow.Record) {
			s.view(r, &f)
			fn(&f)
		})
	}
}

// FindFlow returns a copy of the flow with the given display key and id.
func (i *Interface) FindFlow(key, id uint32) (found flow.Flow, ok bool) {
	var f flow.Flow
	for _, s := range i.shards {
		s.each(func(r *flow.Record) {
			if ok || r.ID() != id {
				return
			}
			if s.view(r, &f); f.DisplayKey() == key {
				found, ok = f.Own(), true
			}
		})
	}
	return found, ok
}

// HostQuery selects, orders and cuts a listing of hosts. Match and Key run
// under the host's lock.
type HostQuery struct {
	Match func(h *host.Host, d *host.Data) bool    // nil: all
	Key   func(h *host.Host, d *host.Data) SortKey // nil: by address
	Desc  bool
	Skip  int
	Limit int // 0: no limit
}

// ListHosts returns the hosts selected by q, and how many matched in all.
func (i *Interface) ListHosts(q HostQuery) (page []*host.Host, total int) {
	type row struct {
		h   *host.Host
		key SortKey
		at  uint32 // slot of the original's table, where Key leaves hosts equal
		t   int64
	}
	n := slots(i.cfg.MaxHosts)
	rows := newBest(q.Skip, q.Limit, func(x, y *row) bool {
		if x.key != y.key {
			return x.key.less(y.key) != q.Desc
		}
		if x.at != y.at {
			return x.at < y.at != q.Desc
		}
		if x.t != y.t {
			return x.t > y.t != q.Desc
		}
		if c := x.h.Addr.Compare(y.h.Addr); c != 0 {
			return c < 0
		}
		return x.h.VLAN < y.h.VLAN
	})
	for _, h := range i.Hosts() {
		h.Update(func(d *host.Data) {
			if q.Match != nil && !q.Match(h, d) {
				return
			}
			r := row{h: h}
			if q.Key != nil {
				r.key, r.at, r.t = q.Key(h, d), flow.AddrKey(h.Addr)%n, d.FirstSeen
			}
			rows.add(r)
		})
	}
	wanted := rows.from(q.Skip)
	page = make([]*host.Host, 0, len(wanted))
	for _, r := range wanted {
		page = append(page, r.h)
	}
	return page, rows.total
}
