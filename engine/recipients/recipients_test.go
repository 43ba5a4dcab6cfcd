package recipients

import (
	"testing"
	"time"
)

func TestQueueKeepsOrderFiltersAndBounds(t *testing.T) {
	t.Parallel()
	q, now := New(), time.Unix(1000, 0)
	if q.Enqueue(7, Notification{Alert: "lost"}) {
		t.Error("a recipient that is not registered took a notification")
	}
	q.Register(7, 4)
	for _, c := range []struct {
		n    Notification
		want bool
	}{{Notification{"a", 10, 4}, true}, {Notification{"b", 10, 3}, false}, {Notification{"c", 10, 8}, true}} {
		if got := q.Enqueue(7, c.n); got != c.want {
			t.Errorf("enqueue %+v: %t, want %t", c.n, got, c.want)
		}
	}
	for _, want := range []string{"a", "c"} {
		if n, ok := q.Dequeue(7, now); !ok || n.Alert != want {
			t.Errorf("dequeued %q (%t), want %q", n.Alert, ok, want)
		}
	}
	if _, ok := q.Dequeue(7, now); ok {
		t.Error("an empty queue gave a notification")
	}
	for i := 0; i < MaxQueued+5; i++ {
		q.Enqueue(7, Notification{Severity: 8})
	}
	s, ok := q.Stats(7)
	if !ok || s.Drops != 5 || s.FilteredOut != 1 || s.FillPercent != 100 || !s.LastUse.Equal(now) {
		t.Errorf("stats %+v", s)
	}
	q.Delete(7)
	if _, ok := q.Stats(7); ok {
		t.Error("a deleted recipient still has counters")
	}
}
