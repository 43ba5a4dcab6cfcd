package ping

import (
	"net/netip"
	"testing"
	"time"
)

var home = netip.MustParseAddr("127.0.0.1")

func openSet(t *testing.T) *Set {
	t.Helper()
	s, err := Open()
	if err != nil {
		t.Skipf("echoes are not allowed here: %v", err)
	}
	t.Cleanup(s.Close)
	return s
}

func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if f() {
			return
		}
	}
	t.Errorf("%s: not in time", what)
}

func TestOnce(t *testing.T) {
	t.Parallel()
	s := openSet(t)
	for _, to := range []netip.Addr{home, netip.MustParseAddr("::1")} {
		if to.Is6() && s.any.v6 == nil {
			continue
		}
		if err := s.Ping(to, ""); err != nil {
			t.Logf("%s: %v", to, err) // a host without that family
			continue
		}
		eventually(t, to.String(), func() bool {
			r := s.Collect()
			return r[to] > 0 && r[to] < 5*time.Second
		})
	}
	if r := s.Collect(); len(r) != 0 {
		t.Errorf("collected twice: %v", r)
	}
	if err := s.Ping(home, "no-such-nic"); err == nil {
		t.Error("pinged from an interface that is not there")
	}
	var none *Set
	if none.Ping(home, "") == nil || none.Names() != nil || len(none.Collect()) != 0 {
		t.Error("no sockets, yet it works")
	}
	none.Close()
}

func TestWatch(t *testing.T) {
	t.Parallel()
	s := openSet(t)
	s.round, s.patience, s.keep = 60*time.Millisecond, 30*time.Millisecond, time.Hour
	if err := s.Watch("me", home, ""); err != nil {
		t.Fatal(err)
	}
	// A broadcast address does not answer.
	if err := s.Watch("nobody", netip.MustParseAddr("127.255.255.255"), ""); err != nil {
		t.Fatal(err)
	}
	var got map[string]Summary
	eventually(t, "answers", func() bool {
		s.mu.Lock()
		n := s.watched["me"].received
		s.mu.Unlock()
		return n >= 3
	})
	var missing []string
	got, missing = s.CollectWatched()
	me := got["me"]
	if me.ResponseRate <= 0 || me.Min <= 0 || me.Mean < me.Min || me.Max < me.Mean || me.Jitter > me.Max {
		t.Errorf("%+v", me)
	}
	if n := got["nobody"]; n.ResponseRate != 0 || n.Mean != 0 {
		t.Errorf("nobody answers: %+v", n)
	}
	if len(missing) == 0 {
		eventually(t, "who is missing", func() bool { _, m := s.CollectWatched(); return len(m) == 1 && m[0] == "nobody" })
	}
	s.mu.Lock()
	s.keep = 0
	s.mu.Unlock()
	eventually(t, "nobody is interested", func() bool { got, _ := s.CollectWatched(); return len(got) == 0 })
}

func TestSummary(t *testing.T) {
	t.Parallel()
	w := &watch{sent: 4}
	for _, ms := range []time.Duration{10, 30, 20} {
		w.answered = false
		w.add(ms * time.Millisecond)
	}
	w.add(time.Second) // a second answer in one round
	s := &Set{watched: map[string]*watch{"a": w}, missing: map[string]bool{}}
	got, _ := s.CollectWatched()
	want := Summary{ResponseRate: 75, Min: 10 * time.Millisecond, Max: 30 * time.Millisecond, Mean: 20 * time.Millisecond, Jitter: 15 * time.Millisecond}
	if got["a"] != want {
		t.Errorf("%+v", got["a"])
	}
}
