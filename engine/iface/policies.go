package iface

import (
	"time"

	"ntopgo/engine/aggregate"
	"ntopgo/engine/counters"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/hostpool"
	"ntopgo/engine/policy"
)

// ACL is the access control list of the interface.
func (i *Interface) ACL() *policy.ACL { return &i.acl }

// Rules are the policies in force, nil for none.
func (i *Interface) Rules() *policy.Rules { return i.rules.Load() }

// SetRules puts policies into force.
func (i *Interface) SetRules(r *policy.Rules) {
	i.rules.Store(r)
	i.policyChanges.Add(1)
}

// PolicyChanges counts the changes of policies.
func (i *Interface) PolicyChanges() uint64 { return i.policyChanges.Load() }

// ResetQuotas sets what a pool and its members have used of their quotas to zero.
func (i *Interface) ResetQuotas(pool int) {
	i.sync()
	if g := i.hosts.Aggregates().Find(aggregate.Key{Kind: aggregate.Pool, ID: uint32(pool)}); g != nil {
		g.ResetTraffic()
	}
	r := i.rules.Load()
	if r == nil || r.Pools[pool] == nil || !r.Pools[pool].PerMember {
		return
	}
	base := map[host.Key]*used{}
	for _, h := range i.hosts.All() {
		if poolOf(h) == pool {
			base[h.Key] = usedBy(h)
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.quotaBase == nil {
		i.quotaBase = map[host.Key]*used{}
	}
	for k := range i.quotaBase { // of hosts that are gone
		if i.hosts.Find(k) == nil {
			delete(i.quotaBase, k)
		}
	}
	for k, u := range base {
		i.quotaBase[k] = u
	}
}

func poolOf(h *host.Host) int {
	if h == nil || h.Member() == nil {
		return hostpool.Default
	}
	return int(h.Member().ID(aggregate.Pool))
}

// used is what a pool or a host has used.
type used struct {
	all        policy.Use
	protocols  map[uint16]policy.Use
	categories map[uint16]policy.Use
}

func (u *used) All() policy.Use               { return u.all }
func (u *used) Protocol(id uint16) policy.Use { return u.protocols[id] }
func (u *used) Category(id uint8) policy.Use  { return u.categories[uint16(id)] }

func uses(m *counters.L7Map) map[uint16]policy.Use {
	out := make(map[uint16]policy.Use, m.Len())
	m.Each(func(id uint16, c *counters.L7) {
		out[id] = policy.Use{Bytes: c.Bytes(), Time: time.Duration(c.Duration) * time.Second}
	})
	return out
}

func usedBy(h *host.Host) *used {
	d := h.Snapshot()
	return &used{policy.Use{Bytes: d.Traffic().Bytes(), Time: time.Duration(d.ActiveSeconds) * time.Second}, uses(&d.L7), uses(&d.Categories)}
}

// less takes what was used before base away from u.
func (u *used) less(base *used) *used {
	if base == nil {
		return u
	}
	sub := func(a, b policy.Use) policy.Use {
		return policy.Use{Bytes: a.Bytes - min(a.Bytes, b.Bytes), Time: max(a.Time-b.Time, 0)}
	}
	u.all = sub(u.all, base.all)
	for id, v := range u.protocols {
		u.protocols[id] = sub(v, base.protocols[id])
	}
	for id, v := range u.categories {
		u.categories[id] = sub(v, base.categories[id])
	}
	return u
}

// Verdicts decides about flows by the state of one moment.
type Verdicts struct {
	i     *Interface
	rules *policy.Rules
	pools map[int]*used
	hosts map[*host.Host]*used
}

// Verdicts begins decisions about flows; what pools and hosts have used is read
// once.
func (i *Interface) Verdicts() *Verdicts {
	i.sync()
	return &Verdicts{i: i, rules: i.rules.Load(), pools: map[int]*used{}, hosts: map[*host.Host]*used{}}
}

// Of is the verdict about a flow.
func (v *Verdicts) Of(f *flow.Flow) policy.Verdict {
	q := policy.Flow{Client: f.Client, Server: f.Server, SrvPort: f.SrvPort, Proto: f.Key.Proto, Master: f.Result.Master, App: f.Result.App,
		Category: f.Result.Category, Recognised: f.Classified, CliCard: f.CliMAC, SrvCard: f.SrvMAC, CliPool: poolOf(f.Cli), SrvPool: poolOf(f.Srv),
		Dropped: v.i.Dropped(f)}
	if v.rules == nil {
		return policy.Decide(&q, &v.i.acl, nil, nil, nil)
	}
	return policy.Decide(&q, &v.i.acl, v.rules, v.usage(q.CliPool, f.Cli), v.usage(q.SrvPool, f.Srv))
}

// usage is what the pool of h has used, or h where the pool says so.
func (v *Verdicts) usage(pool int, h *host.Host) policy.Usage {
	p := v.rules.Pools[pool]
	if p == nil {
		return nil
	}
	if p.PerMember && h != nil {
		if v.hosts[h] == nil {
			v.hosts[h] = v.i.usedByMember(h)
		}
		return v.hosts[h]
	}
	if v.pools[pool] == nil {
		u := &used{}
		if g := v.i.hosts.Aggregates().Find(aggregate.Key{Kind: aggregate.Pool, ID: uint32(pool)}); g != nil {
			s := g.View()
			u = &used{policy.Use{Bytes: s.Traffic.Bytes(), Time: time.Duration(s.ActiveSeconds) * time.Second}, uses(&s.L7), uses(&s.Categories)}
		}
		v.pools[pool] = u
	}
	return v.pools[pool]
}

// usedByMember is what h has used since its pool's quotas were reset.
func (i *Interface) usedByMember(h *host.Host) *used {
	i.mu.Lock()
	base := i.quotaBase[h.Key]
	i.mu.Unlock()
	return usedBy(h).less(base)
}

// QuotaUse is what a member of a pool whose quotas are per member has used: all
// together, by protocol and by category.
type QuotaUse struct {
	All                   policy.Use
	Protocols, Categories map[uint16]policy.Use
}

// MemberQuotas says what h has used of its quotas; ok is false where its pool has
// none per member.
func (i *Interface) MemberQuotas(h *host.Host) (u QuotaUse, ok bool) {
	i.sync()
	r := i.rules.Load()
	if r == nil || r.Pools[poolOf(h)] == nil || !r.Pools[poolOf(h)].PerMember {
		return u, false
	}
	all := i.usedByMember(h)
	return QuotaUse{all.all, all.protocols, all.categories}, true
}
