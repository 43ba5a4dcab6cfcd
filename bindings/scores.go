package bindings

import (
	"strconv"

	"ntopgo/compat/lua"
	"ntopgo/engine/alerts"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/network"
)

// score is a score as client and as server, each by kind (network, security),
// with the alerted flows behind it.
type score struct {
	kinds    [2][flow.ScoreKinds]int // by role
	flows    [2]uint64               // alerted so far, by role
	flowsNow [2]int
	alerts   uint64 // so far
	had      bool   // there was ever an alert
}

func (s *score) role(r int) int { return s.kinds[r][0] + s.kinds[r][1] }

func (s *score) sum() int { return s.role(host.AsClient) + s.role(host.AsServer) }

// score is what a host has from its flows and its own alerts. Whoever calls it
// under the host's lock calls engagedOnce first, without.
func (c *Call) score(h *host.Host, d *host.Data) *score {
	s := &score{had: d.Alerts.Any()}
	if d.Alerts != nil && c.Iface != nil {
		now := c.Iface.Now().Unix()
		for r := range s.kinds {
			s.kinds[r], _ = d.Alerts.Score(r, now)
		}
		s.flows, s.flowsNow, s.alerts = d.Alerts.Flows, d.Alerts.FlowsNow, d.Alerts.Total
	}
	if n, sum := c.hostAlerts(h.Key); n > 0 {
		s.kinds[host.AsClient][flow.ScoreSecurity] += sum
		s.had = true
	}
	return s
}

// hostScore is the sum of all scores of a host.
func (c *Call) hostScore(h *host.Host) int {
	d := h.Snapshot()
	return c.score(h, &d).sum()
}

// set adds the fields of a score to t.
func (s *score) set(t *lua.Table) *lua.Table {
	return t.Set("score", s.sum()).
		Set("score.as_client", s.role(host.AsClient)).
		Set("score.as_server", s.role(host.AsServer))
}

// setShares adds how many per cent of a score are of which kind, where there
// ever was one.
func (s *score) setShares(t *lua.Table) {
	if !s.had {
		return
	}
	share := func(role int) *lua.Table {
		out, total := lua.NewTable(flow.ScoreKinds), max(s.role(role), 1)
		for kind, n := range s.kinds[role] {
			out.Set(int64(kind), float64(float32(n)/float32(total)*100))
		}
		return out
	}
	t.Set("score_pct", lua.NewTable(2).Set("score_breakdown_client", share(host.AsClient)).
		Set("score_breakdown_server", share(host.AsServer)))
}

// setFlowScore adds the alerts of a flow with their scores.
func setFlowScore(t *lua.Table, f *flow.Flow) {
	client, server := f.Alerts.Sums()
	kinds := lua.NewTable(flow.ScoreKinds)
	for k := range client {
		kinds.Set(strconv.Itoa(k), client[k]+server[k])
	}
	byAlert := lua.NewTable(len(f.Alerts.List()))
	for _, a := range f.Alerts.List() {
		byAlert.Set(strconv.Itoa(int(a.ID)), a.Score())
	}
	t.Set("score", lua.NewTable(4).
		Set("flow_score", f.Alerts.Score()).
		Set("host_categories_total", kinds).
		Set("host_score_total", lua.NewTable(2).Set("client_score", client[0]+client[1]).
			Set("server_score", server[0]+server[1])).
		Set("alert_score", byAlert))
}

// setFlowStatus adds which alerts a flow has.
func setFlowStatus(t *lua.Table, f *flow.Flow) {
	set := lua.NewTable(len(f.Alerts.List()))
	for _, a := range f.Alerts.List() {
		set.Set(int64(a.ID), true)
	}
	top := f.Alerts.Top()
	t.Set("flow.idle", false).
		Set("flow.status", top.ID).
		Set("alerts_map", set)
	if f.Alerts != nil {
		t.Set("flow.alerted", true).
			Set("predominant_alert", top.ID).
			Set("predominant_alert_score", top.Score())
	}
}

// networkAlerts is how many alerts of a network are engaged.
func (c *Call) networkAlerts(n network.Network) int {
	e := alerts.Entity{Kind: alerts.KindNetwork, Value: n.Prefix.String()}
	return len(c.engaged().List(func(a *alerts.Alert) bool { return a.Entity == e }))
}
