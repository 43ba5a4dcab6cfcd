package bindings

import (
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/recipients"
)

// Group "Recipient Queues".
func init() {
	register("ntop", map[string]func(c *Call){
		"recipient_register":  func(c *Call) { c.Env.Recipients.Register(int(c.Integer(1)), int(c.Integer(2))) },
		"recipient_delete":    func(c *Call) { c.Env.Recipients.Delete(int(c.Integer(1))) },
		"recipient_enqueue":   recipientEnqueue,
		"recipient_dequeue":   recipientDequeue,
		"recipient_stats":     recipientStats,
		"recipient_inc_stats": recipientCount,
		"recipient_last_use":  recipientLastUse,
	})
}

func recipientEnqueue(c *Call) {
	score := c.Integer(3)
	c.Push(c.Env.Recipients.Enqueue(int(c.Integer(1)), recipients.Notification{Alert: c.String(2), Score: int(score),
		Severity: int(severityOfScore(score))}))
}

func recipientDequeue(c *Call) {
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
