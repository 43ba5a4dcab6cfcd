package checks

import "ntopgo/engine/flow"

// Hook is a moment in a flow's life, or a set of them.
type Hook uint8

// Moments.
const (
	Begun      Hook = 1 << iota // its first second is over
	Recognised                  // the classifier has decided
	Periodic                    // another five minutes of a flow that lives on
	Ended                       // it was idle and is forgotten
	hooks      = 4
)

// Categories of alerts, by ntopng's numbers.
const (
	Other = iota
	Security
	Internals
	Network
	System
	Intrusion
)

// Check is one flow check.
type Check struct {
	Key      string // in the configuration
	Alert    uint8  // ntopng's number of the flow alert
	Category uint8  // of its alerts
	Risk     uint8  // of the classifier that it follows, 0: none
	Off      bool   // unless it is turned on
	Score    uint8  // of an alert
	Client   uint8  // share of the client in the score, per cent
	Hooks    Hook
	Roles    flow.Role
	// Attention says that somebody has to look at its alerts: they are stored as
	// not acknowledged.
	Attention bool
	// test says whether the flow deserves the alert a, which it may change.
	// Checks that follow a risk have none.
	test func(s *Set, f *flow.Flow, a *flow.Alert) bool
}

// alert is the check's alert as it is when the test changes nothing.
func (c *Check) alert() flow.Alert {
	a := flow.Alert{ID: c.Alert, Category: c.Category, Roles: c.Roles}
	split(&a, c.Score, c.Client)
	return a
}

// split shares score out; client is per cent.
func split(a *flow.Alert, score, client uint8) {
	a.Client = uint8(int(score) * int(client) / 100)
	a.Server = score - a.Client
}

// Shares of the client in a score.
const (
	shareLow  = 10
	shareFair = 50
	shareHigh = 90
)
