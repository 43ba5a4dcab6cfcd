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
	h.Observe(minute, false)
	u := h.Snapshot().Usual
	if u == nil || u.Flows[AsClient].Value != 3 || u.Hosts.Value != 1 || h.Lately() != [2]int{AsClient: 2} {
		t.Fatalf("after: %+v, %v", u, h.Lately())
	}
	if n := h.Contacts(); n.Hosts != 0 || n.Peers != [2]int{AsClient: 2} {
		t.Errorf("contacts afterwards: %+v", n)
	}
	h.Update(func(d *Data) { d.ActiveAsClient = 9 })
	if h.Observe(5*minute, false); h.Snapshot().Usual.Flows[AsClient].Value != 3 {
		t.Error("observed again before five minutes were over")
	}
	if h.Observe(6*minute, false); h.Snapshot().Usual.Flows[AsClient].Value != 9 || h.Lately() != [2]int{} {
		t.Errorf("after five minutes: %+v, %v", h.Snapshot().Usual, h.Lately())
	}
}

// TestObserveLast compares what a file leaves behind of a host that nothing will
// happen to any more with what an interface that goes on does.
func TestObserveLast(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(h *Host){
		"flows only":       func(*Host) {},
		"remote, contacts": func(h *Host) { h.Update(func(d *Data) { d.Contacted().Visit("www.example.com") }) },
		"local, contacts": func(h *Host) {
			h.Local = true
			h.Update(func(d *Data) { d.Contacted().Visit("www.example.com") })
		},
		"alerts": func(h *Host) { h.Update(func(d *Data) { d.Alerted() }) },
	} {
		observe := func(last bool) Usual {
			_, h := newHost(t)
			h.Update(func(d *Data) { d.ActiveAsClient, d.ActiveAsServer = 3, 1 })
			prepare(h)
			if h.Snapshot().Usual != nil {
				t.Errorf("%s: something is usual before", name)
			}
			h.Observe(60e9, last)
			u := *h.Snapshot().Usual
			u.at = 0
			return u
		}
		if got, want := observe(true), observe(false); got != want || want.Flows[AsClient].Value != 3 {
			t.Errorf("%s: %+v at the end, else %+v", name, got, want)
		}
	}
}
