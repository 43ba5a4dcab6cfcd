package recipients

import (
	"testing"
	"time"

	"ntopgo/engine/alerts"
)

func TestQueueKeepsOrderFiltersAndBounds(t *testing.T) {
	t.Parallel()
	q, now := New(), time.Unix(1000, 0)
	if q.Enqueue(7, Notification{Alert: "lost"}) {
		t.Error("a recipient that is not registered took a notification")
	}
	q.Register(7, Filter{MinSeverity: 4})
	for name, severity := range map[string]int{"a": 4, "b": 3} {
		if !q.Enqueue(7, Notification{Alert: name, Severity: severity}) {
			t.Errorf("%s is reported as lost", name)
		}
	}
	q.EnqueueAll(Notification{Alert: "c", Severity: 8})
	for _, want := range []string{"a", "c"} {
		if n, ok := q.Dequeue(7, now); !ok || n.Alert != want {
			t.Errorf("dequeued %q (%t), want %q", n.Alert, ok, want)
		}
	}
	if _, ok := q.Dequeue(7, now.Add(time.Hour)); ok {
		t.Error("an empty queue gave a notification")
	}
	lost := 0
	for i := 0; i < MaxQueued+5; i++ {
		if !q.Enqueue(7, Notification{Severity: 8}) {
			lost++
		}
	}
	if q.EnqueueAll(Notification{Severity: 8}) {
		t.Error("a full queue is not told")
	}
	s, ok := q.Stats(7)
	if !ok || lost != 5 || s.Drops != 6 || s.FilteredOut != 1 || s.Uses != MaxQueued+2 || s.FillPercent != 100 || !s.LastUse.Equal(now) {
		t.Errorf("stats %+v, %d lost", s, lost)
	}
	q.Delete(7)
	if _, ok := q.Stats(7); ok {
		t.Error("a deleted recipient still has counters")
	}
}

func TestFilter(t *testing.T) {
	t.Parallel()
	const mail = 3
	flow := Notification{Score: 100, Severity: 5, ID: 22, Category: 1, Entity: alerts.KindFlow, Pools: []int{0, 4}}
	host := Notification{Score: 100, Severity: 5, ID: 17, Category: 1, Entity: alerts.KindHost, Pools: []int{2}}
	other := Notification{Score: 50, Severity: 4, ID: 4099, Category: 3, Entity: 15}
	event := Notification{Entity: 15}
	ids := ParseIDs
	for _, c := range []struct {
		name      string
		f         Filter
		recipient int
		n         Notification
		want      bool
	}{
		{"everything", Filter{}, mail, flow, true},
		{"severity", Filter{MinSeverity: 6}, mail, flow, false},
		{"category", Filter{Categories: ids("1,2")}, mail, flow, true},
		{"another category", Filter{Categories: ids("2")}, mail, flow, false},
		{"no category", Filter{Categories: ids("")}, mail, flow, false},
		{"entity", Filter{Entities: ids("1")}, mail, host, true},
		{"another entity", Filter{Entities: ids("1")}, mail, flow, false},
		{"pool of one end", Filter{Pools: ids("4")}, mail, flow, true},
		{"pool of no end", Filter{Pools: ids("5")}, mail, flow, false},
		{"pool of a host", Filter{Pools: ids("5")}, mail, host, false},
		{"pools mean nothing to others", Filter{Pools: ids("5")}, mail, other, true},
		{"pools mean nothing to the store", Filter{Pools: ids("5")}, 0, host, true},
		{"alert of a flow", Filter{ByAlert: true, FlowAlerts: ids("22"), MinSeverity: 9}, mail, flow, true},
		{"that of a host has the same number", Filter{ByAlert: true, HostAlerts: ids("22")}, mail, flow, false},
		{"alert of a host", Filter{ByAlert: true, HostAlerts: ids("17")}, mail, host, true},
		{"other alert", Filter{ByAlert: true, OtherAlerts: ids("3")}, mail, other, true},
		{"other alert, not chosen", Filter{ByAlert: true, OtherAlerts: ids("4")}, mail, other, false},
		{"no alerts", Filter{NoAlerts: true}, mail, flow, false},
		{"what is no alert", Filter{NoAlerts: true, MinSeverity: 9}, mail, event, true},
		{"tag", Filter{Tags: ids("33")}, mail, Notification{Tags: func() uint64 { return 1 << 33 }}, true},
		{"another tag", Filter{Tags: ids("2,64,-1")}, mail, Notification{Tags: func() uint64 { return 1 << 33 }}, false},
		{"no tag", Filter{Tags: ids("2")}, mail, flow, false},
	} {
		if got := c.f.wants(c.recipient, &c.n); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}
