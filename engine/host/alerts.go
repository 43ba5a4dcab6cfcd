package host

import "ntopgo/engine/aggregate"

// Roles of a host in flows, as indexes.
const (
	AsClient = iota
	AsServer
)

// scoreKinds are network and security, by ntopng's numbers.
const scoreKinds = aggregate.ScoreKinds

// Alerts is what is counted of a host's alerts: those of its flows, and its own.
type Alerts struct {
	scores [2][scoreKinds]decaying // by role and kind

	FlowsNow [2]int    // alerted flows in the table, by role
	Flows    [2]uint64 // all alerted flows so far, by role
	Total    uint64    // alerts so far

	ICMP         [2]Hits // messages sent and received
	Incomplete   uint64  // flows of this client that came to nothing
	RemoteAccess int     // flows in the table by which it reaches or controls others
	LoneFINs     [2]uint64
}

// decaying is a sum that sinks slowly when something is taken off it.
type decaying struct {
	value uint32
	from  uint32 // what it was when it began to sink
	until int64  // seconds; 0: it does not sink
}

// decaySeconds is how long a score takes to sink.
const decaySeconds = 60

func (d *decaying) add(n int, now int64) {
	if n >= 0 {
		d.value, d.until = d.value+uint32(n), 0
		return
	}
	d.from, d.until = d.value, now+decaySeconds
	d.value -= min(d.value, uint32(-n))
}

func (d *decaying) at(now int64) int {
	if d.until == 0 || now > d.until || now < d.until-decaySeconds {
		return int(d.value)
	}
	past := decaySeconds - (d.until - now)
	return int(d.from) - int(int64(d.from-d.value)*past/decaySeconds)
}

// Alerted are the host's own Alerts, for writing.
func (d *Data) Alerted() *Alerts {
	if d.Alerts == nil {
		d.Alerts = &Alerts{}
	}
	return d.Alerts
}

// AddScore adds n, which may be negative, to the host's score of a kind in a
// role, and to that of its groups; now is the interface's time in seconds.
func (h *Host) AddScore(role, kind, n int, now int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.addScore(role, kind, n, now)
}

func (h *Host) addScore(role, kind, n int, now int64) {
	if n == 0 {
		return
	}
	h.data.Alerted().addScore(role, kind, n, now)
	h.Member().Each(func(g *aggregate.Group) { g.AddScore(role == AsClient, kind, int64(n)) })
}

// AddFlow adds an alerted flow with its scores by kind, or, where sign is -1,
// takes it away.
func (h *Host) AddFlow(role int, kinds [scoreKinds]int, sign int, now int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.data.Alerted().FlowsNow[role] += sign
	for kind, n := range kinds {
		h.addScore(role, kind, sign*n, now)
	}
}

// CountAlerted counts a flow that had no alert before.
func (h *Host) CountAlerted(role int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.data.Alerted()
	a.Flows[role]++
	a.Total++
	h.Member().Each(func(g *aggregate.Group) { g.CountAlerted(role == AsClient) })
}

// Any says whether the host ever had an alert; a may be nil.
func (a *Alerts) Any() bool { return a != nil && a.Total > 0 }

// move takes the scores along when the host changes its group; a may be nil, and
// so may be the groups.
func (a *Alerts) move(from, to *aggregate.Group) {
	if a == nil {
		return
	}
	for role := range a.scores {
		for kind, s := range a.scores[role] {
			if s.value == 0 {
				continue
			}
			if from != nil {
				from.AddScore(role == AsClient, kind, -int64(s.value))
			}
			if to != nil {
				to.AddScore(role == AsClient, kind, int64(s.value))
			}
		}
	}
}

func (a *Alerts) addScore(role, kind, n int, now int64) {
	a.scores[role][kind].add(n, now)
}

// Score is the score in a role at time now (seconds), by kind. a may be nil.
func (a *Alerts) Score(role int, now int64) (kinds [scoreKinds]int, sum int) {
	if a == nil {
		return kinds, 0
	}
	for k := range kinds {
		kinds[k] = a.scores[role][k].at(now)
		sum += kinds[k]
	}
	return kinds, sum
}
