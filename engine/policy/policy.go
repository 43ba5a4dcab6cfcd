// Package policy decides whether flows pass: by access control lists, by what the
// pools of their hosts may speak, and by quotas. It is asked with what is known of
// a flow; nothing here stands in the way of packets.
package policy

import (
	"net/netip"
	"time"

	"ntopgo/engine/mac"
)

// Flow is what decisions are about.
type Flow struct {
	Client, Server   netip.Addr
	SrvPort          uint16
	Proto            uint8 // IP protocol
	Master, App      uint16
	Category         uint8
	Recognised       bool
	CliCard, SrvCard mac.Addr
	CliPool, SrvPool int
	Dropped          bool // somebody decided so about this flow
}

// Shapers that always are there, by ntopng's numbers.
const (
	ShaperPass = 0
	ShaperDrop = 1
	MaxShapers = 16
)

// Source is why a policy applies, by ntopng's names.
type Source string

// Sources.
const (
	ByDefault  Source = "policy_source_default"
	ByPool     Source = "policy_source_pool"
	ByProtocol Source = "policy_source_protocol"
	ByCategory Source = "policy_source_category"
)

// Use is how much a quota allows, or how much of it was used.
type Use struct {
	Bytes uint64
	Time  time.Duration
}

// exceeds says whether u is as much as quota allows; a quota of zero allows all.
func (u Use) exceeds(quota Use) bool {
	return quota.Bytes > 0 && u.Bytes >= quota.Bytes || quota.Time > 0 && u.Time >= quota.Time
}

// Policy is what a pool may do with some traffic.
type Policy struct {
	Shaper uint8
	Quota  Use
}

// Pool is the policies of a pool.
type Pool struct {
	Default    Policy // its quota is of all traffic together
	ByProtocol map[uint16]Policy
	ByCategory map[uint8]Policy
	// PerMember says that each host of the pool has quotas of its own.
	PerMember bool
}

// choose is the policy for some traffic. Its application comes first, then what
// carries it, then its category.
func (p *Pool) choose(master, app uint16, category uint8) (Policy, Source) {
	for _, id := range [2]uint16{app, master} {
		if v, ok := p.ByProtocol[id]; ok && id != 0 {
			return v, ByProtocol
		}
	}
	if v, ok := p.ByCategory[category]; ok {
		return v, ByCategory
	}
	return p.Default, ByPool
}

// Rules are the policies in force. They do not change.
type Rules struct {
	Pools map[int]*Pool
	// Rates are the most that shapers let through, in kbit/s; below 0 is without
	// limit. Shapers that are not listed have none.
	Rates map[uint8]int64
}

// Choose is the policy of a pool for some traffic, and why. A pool without
// policies lets all pass.
func (r *Rules) Choose(pool int, master, app uint16, category uint8) (Policy, Source) {
	if r == nil || r.Pools[pool] == nil {
		return Policy{Shaper: ShaperPass}, ByDefault
	}
	return r.Pools[pool].choose(master, app, category)
}

// Drops says whether a shaper lets nothing through.
func (r *Rules) Drops(shaper uint8) bool {
	switch shaper {
	case ShaperPass:
		return false
	case ShaperDrop:
		return true
	}
	if r == nil {
		return false
	}
	rate, known := r.Rates[shaper]
	return known && rate == 0
}

// Usage tells how much a pool, or the member at the given end of a flow, has used.
type Usage interface {
	All() Use
	Protocol(id uint16) Use
	Category(id uint8) Use
}

// Exceeded says whether a pool has used up a quota that some traffic counts to,
// and which.
func (r *Rules) Exceeded(pool int, master, app uint16, category uint8, used Usage) (Source, bool) {
	if r == nil || r.Pools[pool] == nil || used == nil {
		return ByDefault, false
	}
	p := r.Pools[pool]
	if q := p.Default.Quota; q != (Use{}) && used.All().exceeds(q) {
		return ByPool, true
	}
	for _, id := range [2]uint16{app, master} {
		if v, ok := p.ByProtocol[id]; ok && id != 0 && v.Quota != (Use{}) && used.Protocol(id).exceeds(v.Quota) {
			return ByProtocol, true
		}
	}
	if v, ok := p.ByCategory[category]; ok && v.Quota != (Use{}) && used.Category(category).exceeds(v.Quota) {
		return ByCategory, true
	}
	return ByDefault, false
}

// Reason is why a flow does not pass.
type Reason string

// Reasons.
const (
	Passes       Reason = ""
	ByHand       Reason = "dropped"
	ByACL        Reason = "acl"
	ByPolicy     Reason = "policy"
	QuotaReached Reason = "quota"
)

// Verdict is what becomes of a flow.
type Verdict struct {
	Why                        Reason
	CliShaper, SrvShaper       uint8
	CliQuotaFrom, SrvQuotaFrom Source
}

// Pass says whether the flow's traffic goes through.
func (v *Verdict) Pass() bool { return v.Why == Passes }

// Protocols without which a network does not work, by nDPI's numbers: no policy
// and no quota stops them.
const (
	protocolDNS  = 5
	protocolDHCP = 18
)

func critical(f *Flow) bool {
	for _, id := range [2]uint16{f.Master, f.App} {
		if id == protocolDNS || id == protocolDHCP {
			return true
		}
	}
	return false
}

// Decide is the verdict about a flow. cli and srv tell what the pools of its ends
// have used; nil where nobody counts. Policies and quotas are about recognised
// flows: until then all pass.
func Decide(f *Flow, acl *ACL, rules *Rules, cli, srv Usage) Verdict {
	v := Verdict{CliQuotaFrom: ByDefault, SrvQuotaFrom: ByDefault}
	if f.Dropped {
		v.Why = ByHand
		return v
	}
	if acl != nil {
		if allow, listed := acl.Find(f); listed && !allow {
			v.Why = ByACL
			return v
		}
	}
	if rules == nil || !f.Recognised || critical(f) {
		return v
	}
	c, _ := rules.Choose(f.CliPool, f.Master, f.App, f.Category)
	s, _ := rules.Choose(f.SrvPool, f.Master, f.App, f.Category)
	v.CliShaper, v.SrvShaper = c.Shaper, s.Shaper
	if rules.Drops(c.Shaper) || rules.Drops(s.Shaper) {
		v.Why = ByPolicy
		return v
	}
	var reached bool
	if v.CliQuotaFrom, reached = rules.Exceeded(f.CliPool, f.Master, f.App, f.Category, cli); !reached {
		v.SrvQuotaFrom, reached = rules.Exceeded(f.SrvPool, f.Master, f.App, f.Category, srv)
	}
	if reached {
		v.Why = QuotaReached
	}
	return v
}
