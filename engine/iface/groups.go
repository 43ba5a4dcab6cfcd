package iface

import (
	"ntopgo/engine/aggregate"
	"ntopgo/engine/counters"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/hostpool"
	"ntopgo/engine/mac"
)

// keepForGroups adds what a flow gained to what is passed on to the groups of its hosts: g
// as the client sees it, and the server's half of the handshake.
func (p *passer) keepForGroups(f *flow.Record, l flow.Links, g *host.Gained, rttServer int64) {
	cli := aggregate.Gained{Sent: g.Sent, Rcvd: g.Rcvd, First: g.First, Seconds: g.Seconds, L7Seconds: g.L7Seconds, App: g.App, Category: g.Category,
		L7: g.L7, NewL7: g.NewL7, FirstSeen: f.FirstSeen(), LastSeen: g.LastSeen, RTT: g.RTT, PeerRTT: rttServer, SentBroadcast: broadcast(l.Srv), RcvdBroadcast: broadcast(l.Cli)}
	srv := cli
	srv.Sent, srv.Rcvd, srv.L7 = cli.Rcvd, cli.Sent, counters.Duplex{Sent: cli.L7.Rcvd, Rcvd: cli.L7.Sent}
	srv.RTT, srv.SentBroadcast, srv.RcvdBroadcast = rttServer, cli.RcvdBroadcast, cli.SentBroadcast
	p.groups.Add(member(l.Cli), member(l.Srv), &cli, &srv)
}

func broadcast(h *host.Host) bool { return h != nil && h.Group && !h.Addr.IsMulticast() }

func member(h *host.Host) *aggregate.Member {
	if h == nil {
		return nil
	}
	return h.Member()
}

// clue is what a flow that began at time first tells of an operating system:
// that of its client h, or that the DHCP client of a station has asked.
type clue struct {
	h     *host.Host
	os    host.OS
	from  host.OSSource
	first int64
	asked *mac.Mac
}

// noteSystem keeps what a flow tells of the operating system of its client until
// the second ends.
func (s *shard) noteSystem(f *flow.Record, l flow.Links, agent, hint string) {
	note := func(os host.OS, from host.OSSource) {
		if os != host.UnknownOS && l.Cli != nil {
			s.clues = append(s.clues, clue{h: l.Cli, os: os, from: from, first: f.FirstSeen()})
		}
	}
	note(host.OSOfAgent(agent), host.OSFromAgent)
	if s.i.cfg.SystemBySYN {
		note(host.OSOfHint(hint), host.OSFromSYN)
	}
}

// noteDHCP keeps a station whose DHCP client said what it asks for.
func (s *shard) noteDHCP(m *mac.Mac) { s.clues = append(s.clues, clue{asked: m}) }

// learnSystems takes over what the flows of the second that ends tell of
// operating systems. The shards are done with the second, so that the order of
// their work does not matter.
func (i *Interface) learnSystems() {
	for _, s := range i.shards {
		s.mu.Lock()
		clues := s.clues
		s.clues = nil
		s.mu.Unlock()
		for _, c := range clues {
			if c.asked != nil {
				i.hosts.LearnDHCP(c.asked)
			} else {
				i.hosts.LearnOS(c.h, c.os, c.from, c.first)
			}
		}
	}
}

// LearnSystem takes over that somebody knows the operating system of h.
func (i *Interface) LearnSystem(h *host.Host, os host.OS) {
	i.sync() // what was done so far stays with the system it was counted under
	i.hosts.LearnOS(h, os, host.OSFromScript, i.Now().UnixNano())
}

// Groups copies the groups of a kind, ordered by id, as of the last roll-up.
func (i *Interface) Groups(k aggregate.Kind) []aggregate.View {
	i.sync()
	all := i.hosts.Aggregates().All(k)
	out := make([]aggregate.View, len(all))
	for n, g := range all {
		out[n] = g.View()
	}
	return out
}

// CountGroups is how many groups of a kind there are.
func (i *Interface) CountGroups(k aggregate.Kind) int { return len(i.hosts.Aggregates().All(k)) }

// Group copies a group as of the last roll-up.
func (i *Interface) Group(k aggregate.Kind, id uint32) (v aggregate.View, ok bool) {
	i.sync()
	g := i.hosts.Aggregates().Find(aggregate.Key{Kind: k, ID: id})
	if g == nil {
		return v, false
	}
	return g.View(), true
}

// Aggregates are the groups themselves, for whoever counts into them.
func (i *Interface) Aggregates() *aggregate.Table { return i.hosts.Aggregates() }

// SetPools puts pools of hosts into force. What was counted before stays with
// the pools it was counted under.
func (i *Interface) SetPools(p *hostpool.Set) {
	i.sync()
	i.hosts.SetPools(p)
}

// Pools is who is in which pool.
func (i *Interface) Pools() *hostpool.Set { return i.hosts.Pools() }

// quietGroups ends the rates of the second before.
func (i *Interface) quietGroups(trend counters.Trend) {
	for _, g := range i.ratedGroups {
		g.Quiet(trend)
	}
	clear(i.ratedGroups)
	i.ratedGroups = i.ratedGroups[:0]
}

// rateGroups tells the groups of a flow's hosts what it brought in a second, and
// in the one before.
func (i *Interface) rateGroups(l flow.Links, now, before counters.Traffic) {
	aggregate.Share(member(l.Cli), member(l.Srv), func(g *aggregate.Group, side aggregate.Side) {
		if side != aggregate.Seen && g.AddRate(now, before) {
			i.ratedGroups = append(i.ratedGroups, g)
		}
	})
}
