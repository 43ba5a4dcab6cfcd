package flow

// Kinds of scores, by ntopng's numbers: alerts of the category security count
// as security, all others as network.
const (
	ScoreNetwork = iota
	ScoreSecurity
	ScoreKinds
)

// Role is what the ends of a flow are said to be in an alert.
type Role uint8

// Roles, to be combined.
const (
	ClientAttacker Role = 1 << iota
	ClientVictim
	ServerAttacker
	ServerVictim
)

// Swap exchanges the roles of client and server.
func (r Role) Swap() Role { return r>>2&3 | r&3<<2 }

// Alert is one alert that was raised for a flow.
type Alert struct {
	ID             uint8 // ntopng's number of the flow alert, below 128
	Category       uint8 // of alerts, by ntopng's numbers
	Client, Server uint8 // score of either end; at most MaxScore together
	Roles          Role
}

// MaxScore is the highest score that one alert can have.
const MaxScore = 250

// Score is what the alert adds to the score of its flow.
func (a Alert) Score() int { return int(a.Client) + int(a.Server) }

// categorySecurity is ntopng's number of the category of alerts.
const categorySecurity = 1

// ScoreKind says which of a host's scores the alert counts for.
func (a Alert) ScoreKind() int {
	if a.Category == categorySecurity {
		return ScoreSecurity
	}
	return ScoreNetwork
}

// Alerts are the alerts of one flow. They are not changed once a flow has them:
// With and Swapped make others, so that readers may keep them. Nil is none.
type Alerts struct {
	list []Alert
	bits [2]uint64
	top  int // the one with the highest score, the earliest of several
}

// With is a with more alerts; those that it has already are left out. It is a
// itself when nothing is new.
func (a *Alerts) With(more []Alert) *Alerts {
	out := &Alerts{}
	if a != nil {
		*out = *a
	}
	n := len(out.list)
	out.list = out.list[:n:n]
	for _, m := range more {
		if m.ID >= 128 || out.Has(m.ID) {
			continue
		}
		if m.Score() > MaxScore {
			m.Server = MaxScore - min(m.Client, MaxScore)
		}
		out.list = append(out.list, m)
		out.bits[m.ID/64] |= 1 << (m.ID % 64)
		if len(out.list) > 1 && m.Score() > out.list[out.top].Score() {
			out.top = len(out.list) - 1
		}
	}
	if len(out.list) == n {
		return a
	}
	return out
}

// Swapped is a for a flow whose client and server were exchanged.
func (a *Alerts) Swapped() *Alerts {
	if a == nil {
		return nil
	}
	out := &Alerts{bits: a.bits, top: a.top, list: make([]Alert, len(a.list))}
	for i, m := range a.list {
		m.Client, m.Server, m.Roles = m.Server, m.Client, m.Roles.Swap()
		out.list[i] = m
	}
	return out
}

// List are the alerts in the order in which they were raised; it must not be
// changed.
func (a *Alerts) List() []Alert {
	if a == nil {
		return nil
	}
	return a.list
}

// Has says whether alert id was raised.
func (a *Alerts) Has(id uint8) bool {
	return a != nil && id < 128 && a.bits[id/64]&(1<<(id%64)) != 0
}

// Bits is the set of alerts: bit n of word w is alert 64*w+n.
func (a *Alerts) Bits() [2]uint64 {
	if a == nil {
		return [2]uint64{}
	}
	return a.bits
}

// Top is the alert with the highest score, the zero Alert when there is none.
func (a *Alerts) Top() Alert {
	if a == nil {
		return Alert{}
	}
	return a.list[a.top]
}

// Score is the sum of the scores of all alerts.
func (a *Alerts) Score() int {
	n := 0
	for i := range a.List() {
		n += a.list[i].Score()
	}
	return n
}

// Sums are the scores of client and server by kind.
func (a *Alerts) Sums() (client, server [ScoreKinds]int) {
	for i := range a.List() {
		m := &a.list[i]
		client[m.ScoreKind()] += int(m.Client)
		server[m.ScoreKind()] += int(m.Server)
	}
	return client, server
}
