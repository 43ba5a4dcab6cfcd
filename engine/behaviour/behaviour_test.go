package behaviour

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

func use(server string, at time.Duration) *Use {
	return &Use{Key: Key{Client: netip.MustParseAddr("10.0.0.1"), Server: netip.MustParseAddr(server), Port: 443, Proto: 6, App: 91},
		First: int64(time.Hour + at), ClientLocal: true, ServerLocal: true}
}

func TestServicesAreLearnt(t *testing.T) {
	t.Parallel()
	s := NewServices(3)
	s.SetLearning(Learning{Period: time.Minute, During: Allowed, After: Undecided})
	first := use("10.0.0.2", 0)
	first.Info = "one"
	s.Note(first)
	s.Note(use("10.0.0.2", 30*time.Second))
	late := use("10.0.0.2", 10*time.Second)
	late.Info = "two"
	s.Note(late)
	if !s.Learning() {
		t.Error("the period is over too early")
	}
	s.Note(use("10.0.0.3", 2*time.Minute))
	if s.Learning() {
		t.Error("the period does not end")
	}
	group := use("239.1.1.1", 2*time.Minute)
	group.ServerLocal, group.ServerGroup = false, true
	s.Note(group)
	remote := use("192.0.2.1", 0)
	remote.ServerLocal = false
	s.Note(remote)
	s.Note(use("10.0.0.9", 0)) // no room
	all := s.All()
	if n, refused := s.Len(); n != 3 || refused != 1 || len(all) != 3 {
		t.Fatalf("%d services, %d refused: %+v", n, refused, all)
	}
	v := all[0]
	if v.Uses != 3 || v.FirstSeen != int64(time.Hour) || v.LastSeen != int64(time.Hour+30*time.Second) || v.Info != "two" || v.Status != Allowed {
		t.Errorf("%+v", v)
	}
	if all[1].Status != Undecided || !all[2].ServerGroup {
		t.Errorf("%+v", all[1:])
	}
	if !s.SetStatus(all[1].ID, Denied) || s.SetStatus(7, Denied) {
		t.Error("status of one")
	}
	if n := s.SetStatuses(func(v *Service) bool { return v.Status == Denied }, Allowed); n != 1 || s.All()[1].Status != Allowed {
		t.Errorf("%d statuses set", n)
	}
	s.Purge(int64(time.Hour + serviceIdle + time.Minute))
	if n, _ := s.Len(); n != 2 {
		t.Errorf("%d services after a day", n)
	}
	s.Flush()
	if n, _ := s.Len(); n != 0 || !s.Learning() {
		t.Errorf("%d services after the flush, learning %v", n, s.Learning())
	}
}

func TestPeriodicUsesAreFound(t *testing.T) {
	t.Parallel()
	sec := time.Second
	for _, c := range []struct {
		name   string
		at     []time.Duration
		period time.Duration // 0: not periodic
		count  uint64
	}{
		{"every minute", []time.Duration{0, 60 * sec, 120 * sec, 180 * sec}, 60 * sec, 3},
		{"too few", []time.Duration{0, 60 * sec, 120 * sec}, 0, 0},
		{"with some play", []time.Duration{0, 61 * sec, 120 * sec, 182 * sec, 241 * sec}, 60250 * time.Millisecond, 4},
		{"one missed", []time.Duration{0, 60 * sec, 120 * sec, 240 * sec}, 60 * sec, 3},
		{"four missed", []time.Duration{0, 60 * sec, 120 * sec, 180 * sec, 480 * sec}, 0, 0},
		{"parts of one use", []time.Duration{0, sec, 60 * sec, 61 * sec, 120 * sec, 121 * sec, 180 * sec}, 60 * sec, 3},
		{"irregular", []time.Duration{0, 10 * sec, 35 * sec, 41 * sec, 90 * sec, 200 * sec}, 0, 0},
		{"regular after all", []time.Duration{0, 17 * sec, 20 * sec, 30 * sec, 40 * sec, 50 * sec}, 10 * sec, 3},
		{"a page", []time.Duration{0, 100 * time.Millisecond, 200 * time.Millisecond, 300 * time.Millisecond, 400 * time.Millisecond}, 0, 0},
	} {
		p := NewPeriodicities(0)
		last := false
		for _, at := range c.at {
			last = p.Note(use("10.0.0.2", at))
		}
		all := p.All()
		switch {
		case last != (c.period != 0), len(all) != 0 != last:
			t.Errorf("%s: periodic %v, %+v", c.name, last, all)
		case last && (all[0].Period != c.period || all[0].Count != c.count):
			t.Errorf("%s: every %v, %d times, want %v, %d", c.name, all[0].Period, all[0].Count, c.period, c.count)
		}
	}
}

// Uses at random are not periodic, or hardly ever.
func TestRandomUsesAreNotPeriodic(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	found := 0
	for range 200 {
		p, at := NewPeriodicities(0), time.Duration(0)
		for range 20 {
			at += time.Duration(rnd.ExpFloat64() * float64(time.Minute))
			p.Note(use("10.0.0.2", at))
		}
		found += len(p.All())
	}
	if found > 20 {
		t.Errorf("%d of 200", found)
	}
}

func TestPeriodicitiesAreBounded(t *testing.T) {
	t.Parallel()
	p := NewPeriodicities(2)
	for _, s := range []string{"10.0.0.2", "10.0.0.3", "10.0.0.4"} {
		p.Note(use(s, 0))
	}
	foreign := use("10.0.0.2", 0)
	foreign.ClientLocal = false
	if p.Note(foreign) {
		t.Error("a remote client")
	}
	if n, refused := p.Len(); n != 2 || refused != 1 {
		t.Errorf("%d followed, %d refused", n, refused)
	}
	p.Purge(int64(time.Hour + periodicIdle + 1))
	if n, _ := p.Len(); n != 0 {
		t.Errorf("%d followed after an hour", n)
	}
	p.Note(use("10.0.0.4", 0))
	p.Flush()
	if n, _ := p.Len(); n != 0 {
		t.Errorf("%d followed after the flush", n)
	}
}
