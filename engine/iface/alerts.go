package iface

import (
	"sync/atomic"

	"ntopgo/engine/checks"
	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// Groups of severities under which alerted flows are counted.
const (
	AlertNotice = iota // or less
	AlertWarning
	AlertError // or worse
	alertGroups
)

// Scores from which on an alert is a warning and an error, by ntopng's levels.
const (
	scoreWarning = 50
	scoreError   = 100
)

func alertGroup(score int) int {
	switch {
	case score >= scoreError:
		return AlertError
	case score >= scoreWarning:
		return AlertWarning
	}
	return AlertNotice
}

// alerted is what an interface counts of the alerts of its flows and hosts.
type alerted struct {
	flows  [alertGroups]atomic.Int64 // in the tables, by their worst alert
	scores [2]atomic.Int64           // of all hosts, by role
}

// AlertStats are the alerts of an interface.
type AlertStats struct {
	Flows                        [alertGroups]int // alerted flows in the tables, by their worst alert
	ScoreAsClient, ScoreAsServer int              // of all hosts
}

// Alerts copies the figures of the interface's alerts.
func (i *Interface) Alerts() AlertStats {
	var s AlertStats
	for g := range s.Flows {
		s.Flows[g] = int(i.alerted.flows[g].Load())
	}
	s.ScoreAsClient, s.ScoreAsServer = int(i.alerted.scores[host.AsClient].Load()), int(i.alerted.scores[host.AsServer].Load())
	return s
}

// SetChecks has flows looked at by s from now on, by none when it is nil.
func (i *Interface) SetChecks(s *checks.Set) { i.checks.Store(s) }

// Checks is what SetChecks was given last.
func (i *Interface) Checks() *checks.Set { return i.checks.Load() }

// AddHostScore adds to the score of a host as client or server; n may be
// negative.
func (i *Interface) AddHostScore(h *host.Host, role, kind, n int) {
	h.AddScore(role, kind, n, i.Now().Unix())
	i.alerted.scores[role].Add(int64(n))
}

// LoseHostScore takes from the interface the score of a host that is gone.
func (i *Interface) LoseHostScore(client, server int) {
	i.alerted.scores[host.AsClient].Add(-int64(client))
	i.alerted.scores[host.AsServer].Add(-int64(server))
}

// examine has the checks of moment h look at a flow.
func (s *shard) examine(h checks.Hook, r *flow.Record, l flow.Links) {
	set := s.i.checks.Load()
	if !set.Wants(h, r.Result.Risks) {
		return
	}
	s.view(r, &s.viewed)
	s.raised = set.Examine(h, &s.viewed, s.raised[:0])
	s.raise(r, l, s.raised)
}

// examineRecognised does so for a flow that was recognised, once, when it is
// known who its client is.
func (s *shard) examineRecognised(r *flow.Record, l flow.Links) {
	if r.Examine() {
		s.examine(checks.Recognised, r, l)
	}
}

// examineRest looks at the flows whose client is still not certain when no more
// packets will come.
func (s *shard) examineRest() {
	for at := 0; ; {
		at = s.flows.Each(at, eachBatch, func(r *flow.Record) {
			if r.Classified() && r.ExamineLast() {
				s.examine(checks.Recognised, r, s.flows.Links(r))
			}
		})
		if at == 0 {
			return
		}
	}
}

// lastChecks looks at a flow that ends, and takes its alerts from its hosts.
func (s *shard) lastChecks(r *flow.Record, l flow.Links) {
	if r.Classified() && r.ExamineLast() {
		s.examine(checks.Recognised, r, l)
	}
	s.examine(checks.Ended, r, l)
	alerts := s.flows.Alerts(r)
	if alerts != nil {
		s.count(r, l, alerts, -1)
	}
	if alerts.Has(checks.AlertRemoteAccess) {
		countRemoteAccess(l, -1)
	}
	if l.Cli != nil && incomplete(r, l) {
		l.Cli.Update(func(d *host.Data) { d.Alerted().Incomplete++ })
	}
}

// incomplete says whether a flow came to nothing: a connection without any
// payload, or datagrams to somebody in particular that nobody answered.
func incomplete(r *flow.Record, l flow.Links) bool {
	up, down := r.Goodput()
	switch r.Proto {
	case decode.ProtoTCP:
		return up+down == 0
	case decode.ProtoUDP:
		_, answers := r.Totals()
		return answers.Packets == 0 && flow.Unicast(r.Server()) && (l.Srv == nil || !l.Srv.Group)
	}
	return false
}

// countRemoteAccess counts a flow by which its client reaches others.
func countRemoteAccess(l flow.Links, n int) {
	if l.Cli != nil {
		l.Cli.Update(func(d *host.Data) { d.Alerted().RemoteAccess += n })
	}
}

// noteForHostChecks notes which countries the ends of a new flow turn to, and
// scans by lone FINs, where a check looks at them.
func (s *shard) noteForHostChecks(r *flow.Record, l flow.Links) {
	set := s.i.checks.Load()
	if set.HostOn("countries_contacts") && l.Cli != nil && l.Srv != nil && l.Srv.Country != ([2]byte{}) {
		l.Cli.Update(func(d *host.Data) { d.Contacted().VisitCountry(l.Srv.Country) })
	}
	if set.HostOn("fin_scan") && r.Proto == decode.ProtoTCP && r.Flags() == decode.FIN {
		for role, h := range [2]*host.Host{l.Cli, l.Srv} {
			if h != nil {
				h.Update(func(d *host.Data) { d.Alerted().LoneFINs[role]++ })
			}
		}
	}
}

// periodSeconds is how often a flow that lives on is looked at, but for flows of
// capture files, as in the original.
const periodSeconds = 300

// periodEnded says whether a period of the flow's life ended in the seconds from
// first to its last packet.
func periodEnded(r *flow.Record, first uint32) bool {
	began := r.FirstSeen() / 1e9
	return (r.LastSeen()/1e9-began)/periodSeconds > (int64(first)-1-began)/periodSeconds && int64(first) > began
}

// raise gives a flow more alerts.
func (s *shard) raise(r *flow.Record, l flow.Links, more []flow.Alert) {
	old := s.flows.Alerts(r)
	now := old.With(more)
	if now == old {
		return
	}
	if old != nil {
		s.count(r, l, old, -1)
	}
	s.flows.SetAlerts(r, now)
	s.count(r, l, now, 1)
	if old == nil {
		countAlerted(l)
	}
	if now.Has(checks.AlertRemoteAccess) && !old.Has(checks.AlertRemoteAccess) {
		countRemoteAccess(l, 1)
	}
	if s.i.cfg.OnAlert != nil && now.Top().ID != old.Top().ID {
		s.view(r, &s.viewed)
		own := s.viewed.Own()
		s.i.cfg.OnAlert(&own)
	}
}

// countAlerted counts a flow that had no alert before for its hosts.
func countAlerted(l flow.Links) {
	for role, h := range [2]*host.Host{l.Cli, l.Srv} {
		if h != nil {
			h.CountAlerted(role)
		}
	}
}

// count adds the alerts of a flow to its hosts and the interface, or, where sign
// is -1, takes them away.
func (s *shard) count(r *flow.Record, l flow.Links, a *flow.Alerts, sign int) {
	top := a.Top()
	s.i.alerted.flows[alertGroup(top.Score())].Add(int64(sign))
	client, server := a.Sums()
	now := r.LastSeen() / 1e9
	for role, kinds := range [2][flow.ScoreKinds]int{client, server} {
		h := [2]*host.Host{l.Cli, l.Srv}[role]
		if h == nil {
			continue
		}
		for _, n := range kinds {
			s.i.alerted.scores[role].Add(int64(sign * n))
		}
		h.AddFlow(role, kinds, sign, now)
	}
}

// swapAlerts moves the alerts of a flow whose ends were exchanged.
func (s *shard) swapAlerts(r *flow.Record, l flow.Links) {
	old := s.flows.Alerts(r)
	if old == nil {
		return
	}
	// The links are exchanged already: what was the client's is the server's now.
	now := old.Swapped()
	s.count(r, flow.Links{Cli: l.Srv, Srv: l.Cli}, old, -1)
	s.flows.SetAlerts(r, now)
	s.count(r, l, now, 1)
}

// find is the record of a flow, under the lock of its shard; nil when it has
// ended.
func (i *Interface) find(f *flow.Flow) (*shard, *flow.Record, func()) {
	hash := f.Key.Hash(i.seed)
	s := i.shards[int(hash>>32*uint64(len(i.shards))>>32)]
	s.mu.Lock()
	r := s.flows.Find(&f.Key, hash)
	if r != nil && r.FirstSeen() != f.FirstSeen {
		r = nil
	}
	return s, r, s.mu.Unlock
}

// Refresh is what is known of a flow now; ok is false when it has ended.
func (i *Interface) Refresh(f *flow.Flow) (now flow.Flow, ok bool) {
	s, r, done := i.find(f)
	defer done()
	if r == nil {
		return now, false
	}
	s.view(r, &now)
	return now.Own(), true
}

// Trigger raises an alert for a flow from outside of the checks, in addition to
// those that it has. It says whether the flow is still there, and the alert not
// excluded nor raised before.
func (i *Interface) Trigger(f *flow.Flow, a flow.Alert) (raised bool) {
	if i.checks.Load().Excluded(f, a.ID) {
		return false
	}
	s, r, done := i.find(f)
	defer done()
	if r == nil {
		return false
	}
	before := s.flows.Alerts(r)
	s.raise(r, s.flows.Links(r), []flow.Alert{a})
	return s.flows.Alerts(r) != before
}
