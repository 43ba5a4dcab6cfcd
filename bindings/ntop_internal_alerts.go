package bindings

import (
	"sync"
	"time"

	"ntopgo/compat/lua"
)

// Alerts that the program itself raises, for scripts to pass on.
func init() {
	register("ntop", map[string]func(c *Call){
		"popInternalAlerts":    popInternalAlerts,
		"getSystemAlertsStats": func(c *Call) { c.Push(c.Env.queuesTable()) },
	})
}

// maxInternalAlerts is how many alerts wait for a script; later ones are dropped.
const maxInternalAlerts = 1024

// internalAlerts is the queue of such alerts.
type internalAlerts struct {
	mu              sync.Mutex
	queue           []*lua.Table
	offered, denied uint64
}

// categorySystem is the category of alerts about ntopng itself.
const categorySystem = 4

// LoginTrace raises an alert about a login of the web interface.
func (e *Env) LoginTrace(user string, ok bool) {
	kind := "login_failed"
	if ok {
		kind = "user_activity"
	}
	e.raise(kind, SystemID, categorySystem, lua.NewTable(6).Set("scope", "login").Set("user", user))
}

// raise puts an alert into the queue, unless alerts are switched off.
func (e *Env) raise(kind string, ifid, category int, t *lua.Table) {
	if e.Prefs.Bool("disable_alerts_generation") {
		return
	}
	t.Set("ifid", ifid).Set("alert_id", kind).Set("alert_category", category).Set("tstamp", time.Now().Unix())
	q := &e.internal
	q.mu.Lock()
	defer q.mu.Unlock()
	q.offered++
	if len(q.queue) >= maxInternalAlerts {
		q.denied++
		return
	}
	q.queue = append(q.queue, t)
}

// popInternalAlerts takes the oldest alert; it is for the scripts that deliver
// alerts, and for administrators.
func popInternalAlerts(c *Call) {
	q := &c.Env.internal
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.queue) == 0 || !c.Admin() {
		c.Push(nil)
		return
	}
	c.Push(q.queue[0])
	q.queue = q.queue[1:]
}

// refused is how many per cent of the alerts found no room.
func (q *internalAlerts) refused() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.offered == 0 {
		return 0
	}
	return int(q.denied * 100 / q.offered)
}

func (q *internalAlerts) dropped() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.denied
}

// queuesTable describes the queues of alerts.
func (e *Env) queuesTable() *lua.Table {
	return lua.NewTable(1).Set("alert_queues",
		lua.NewTable(1).Set("internal_alerts_queue", lua.NewTable(1).Set("pct_not_enqueued", e.internal.refused())))
}
