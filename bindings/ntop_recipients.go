package bindings

import (
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/recipients"
)

// Group "Recipient Queues".
func init() {
	register("ntop", map[string]func(c *Call){
		"recipient_register":  recipientRegister,
		"recipient_delete":    func(c *Call) { c.Env.Recipients.Delete(int(c.Integer(1))) },
		"recipient_enqueue":   recipientEnqueue,
		"recipient_dequeue":   recipientDequeue,
		"recipient_stats":     recipientStats,
		"recipient_inc_stats": recipientCount,
		"recipient_last_use":  recipientLastUse,
	})
}

// recipientRegister takes the number of a recipient, the lowest severity, sets of
// categories, host pools and kinds of entities, then, optional, sets of alerts of
// flows, hosts and others, of which one stands in for severity, categories and
// kinds; whether it is for what is no alert; and a set of tags. Sets are numbers
// separated by commas; those that are left out hold everything.
func recipientRegister(c *Call) {
	set := func(i int) recipients.IDs {
		if s, ok := c.Str(i); ok {
			return recipients.ParseIDs(s)
		}
		return nil
	}
	if c.Kind(1) != lua.Number {
		c.wrongArgument(1, "number")
		return
	}
	f := recipients.Filter{MinSeverity: int(c.Integer(2)), Categories: set(3), Pools: set(4), Entities: set(5),
		FlowAlerts: set(6), HostAlerts: set(7), OtherAlerts: set(8), Tags: set(10)}
	f.ByAlert = f.FlowAlerts != nil || f.HostAlerts != nil || f.OtherAlerts != nil
	f.NoAlerts, _ = c.Bool(9)
	c.Env.Recipients.Register(int(c.Integer(1)), f)
	c.Push(nil)
}

// recipientEnqueue takes the number of a recipient, an alert and its score, and,
// optional, the alert's number, the kind of its entity and its category.
func recipientEnqueue(c *Call) {
	const otherEntity = 15
	score := c.Integer(3)
	taken := c.Env.Recipients.Enqueue(int(c.Integer(1)), recipients.Notification{Alert: c.String(2), Score: int(score),
		Severity: int(severityOfScore(score)), ID: int(c.OptInteger(4, 0)), Entity: int(c.OptInteger(5, otherEntity)),
		Category: int(c.OptInteger(6, 0))})
	if !taken {
		c.Env.alertQueue(c.IfaceID).lost(otherEntity)
	}
	c.Push(taken)
}

func recipientDequeue(c *Call) {
	c.delivers = c.Privileged
	n, ok := c.Env.Recipients.Dequeue(int(c.Integer(1)), time.Now())
	if !ok {
		c.Push(nil)
		return
	}
	c.Push(lua.NewTable(3).Set("alert", n.Alert).Set("score", n.Score).Set("alert_severity", n.Severity))
}

func recipientStats(c *Call) {
	s, _ := c.Env.Recipients.Stats(int(c.Integer(1)))
	c.Push(lua.NewTable(7).
		Set("last_use", unixOrZero(s.LastUse)).
		Set("num_uses", s.Uses).
		Set("num_drops", s.Drops).
		Set("num_filtered_out", s.FilteredOut).
		Set("num_delivered", s.Delivered).
		Set("num_failures", s.Failures).
		Set("fill_pct", s.FillPercent))
}

func recipientCount(c *Call) {
	n := func(i int) uint64 { return uint64(max(c.OptInteger(i, 0), 0)) }
	c.Env.Recipients.Count(int(c.Integer(1)), n(2), n(3), n(4))
}

func recipientLastUse(c *Call) {
	s, _ := c.Env.Recipients.Stats(int(c.Integer(1)))
	c.Push(unixOrZero(s.LastUse))
}
