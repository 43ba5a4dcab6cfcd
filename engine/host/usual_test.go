package host

import (
	"net/netip"
	"testing"
)

func TestCourse(t *testing.T) {
	t.Parallel()
	var c Course
	if c.Add(177) || c.Value != 177 || c.Lower != 177 || c.Upper != 178 {
		t.Errorf("first value: %+v", c)
	}
	for range 200 {
		if c.Add(177) || c.Value != 177 {
			t.Fatalf("the same again: %+v", c)
		}
	}
	if c.Lower > 177 || c.Upper < 177 || c.Upper > 179 {
		t.Errorf("band of what never changes: %+v", c)
	}
	var up Course
	for n := range 100 {
		up.Add(100 + 10*n)
	}
	if up.Unusual || up.Lower > 1090 || up.Upper < 1090 {
		t.Errorf("what grows evenly: %+v", up)
	}
	if fall := up; !fall.Add(0) || fall.Anomalies != up.Anomalies+1 || fall.Lower == 0 && fall.Upper == 0 {
		t.Errorf("a fall to nothing: %+v", fall)
	}
}

func TestObserve(t *testing.T) {
	t.Parallel()
	_, h := newHost(t)
	h.Local = true
	h.Update(func(d *Data) {
		d.ActiveAsClient = 3
		c := d.Contacted()
		c.Peer(netip.MustParseAddr("192.0.2.1"), true)
		c.Peer(netip.MustParseAddr("192.0.2.2"), true)
		c.Visit("www.example.com")
	})
	if h.Lately() != [2]int{} || h.Contacts().Hosts != 1 {
		t.Errorf("before: %v, %+v", h.Lately(), h.Contacts())
	}
	const minute = 60e9
	h.Observe(minute)
	u := h.Snapshot().Usual
	if u == nil || u.Flows[AsClient].Value != 3 || u.Hosts.Value != 1 || h.Lately() != [2]int{AsClient: 2} {
		t.Fatalf("after: %+v, %v", u, h.Lately())
	}
	if n := h.Contacts(); n.Hosts != 0 || n.Peers != [2]int{AsClient: 2} {
		t.Errorf("contacts afterwards: %+v", n)
	}
	h.Update(func(d *Data) { d.ActiveAsClient = 9 })
	if h.Observe(5 * minute); h.Snapshot().Usual.Flows[AsClient].Value != 3 {
		t.Error("observed again before five minutes were over")
	}
	if h.Observe(6 * minute); h.Snapshot().Usual.Flows[AsClient].Value != 9 || h.Lately() != [2]int{} {
		t.Errorf("after five minutes: %+v, %v", h.Snapshot().Usual, h.Lately())
	}
}
