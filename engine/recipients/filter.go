package recipients

import (
	"strconv"
	"strings"

	"ntopgo/engine/alerts"
)

// IDs is a set of numbers.
type IDs map[int]bool

// ParseIDs reads numbers separated by commas. What is no number is left out.
func ParseIDs(list string) IDs {
	s := IDs{}
	for _, part := range strings.Split(list, ",") {
		if n, err := strconv.Atoi(strings.TrimSpace(part)); err == nil {
			s[n] = true
		}
	}
	return s
}

// Filter is what a recipient wants. The zero value is everything.
type Filter struct {
	// NoAlerts leaves alerts out: the recipient is for other notifications, and
	// takes all of these.
	NoAlerts bool
	// ByAlert chooses by the number of the alert and not by severity, category
	// and kind of entity.
	ByAlert                             bool
	FlowAlerts, HostAlerts, OtherAlerts IDs // OtherAlerts without otherBase
	MinSeverity                         int
	Categories, Entities                IDs // nil: all
	// Pools are those of hosts; the first recipient, which stores alerts, takes
	// all. Nil: all.
	Pools IDs
	Tags  IDs // empty: all
}

// defaultRecipient stores alerts.
const defaultRecipient = 0

// otherBase is what the numbers of alerts begin with that are neither about flows
// nor hosts.
const otherBase = 4096

func (f *Filter) wants(recipient int, n *Notification) bool {
	if f.NoAlerts {
		return n.Score == 0
	}
	if f.ByAlert {
		if !f.byAlert(n) {
			return false
		}
	} else if n.Severity < f.MinSeverity || f.Categories != nil && !f.Categories[n.Category] || f.Entities != nil && !f.Entities[n.Entity] {
		return false
	}
	if recipient == defaultRecipient {
		return true
	}
	return f.ofPool(n) && f.tagged(n)
}

func (f *Filter) byAlert(n *Notification) bool {
	switch n.Entity {
	case alerts.KindFlow:
		return f.FlowAlerts[n.ID]
	case alerts.KindHost:
		return f.HostAlerts[n.ID]
	}
	return f.OtherAlerts[n.ID] || f.OtherAlerts[n.ID-otherBase]
}

func (f *Filter) ofPool(n *Notification) bool {
	if f.Pools == nil || n.Entity != alerts.KindFlow && n.Entity != alerts.KindHost {
		return true
	}
	for _, p := range n.Pools {
		if f.Pools[p] {
			return true
		}
	}
	return false
}

func (f *Filter) tagged(n *Notification) bool {
	if len(f.Tags) == 0 {
		return true
	}
	if n.Tags == nil {
		return false
	}
	bits := n.Tags()
	n.Tags = func() uint64 { return bits }
	for t := range f.Tags {
		if t >= 0 && t < 64 && bits&(1<<t) != 0 {
			return true
		}
	}
	return false
}
