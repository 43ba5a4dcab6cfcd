package alerts

import "testing"

func TestEngageAndRelease(t *testing.T) {
	t.Parallel()
	var e Engaged
	a := Alert{Entity: Entity{KindInterface, "eth0"}, Periodicity: Minute, Key: "load", ID: 7, Score: 60, Since: 20}
	if !e.Trigger(&a) || e.Trigger(&a) {
		t.Error("an alert is engaged once")
	}
	other := a
	other.Periodicity, other.Since = Hour, 10
	if !e.Trigger(&other) {
		t.Error("the same key at another periodicity is another alert")
	}
	if got := e.List(func(a *Alert) bool { return a.ID == 7 }); len(got) != 2 || got[0].Periodicity != Hour {
		t.Errorf("list %+v", got)
	}
	if _, ok := e.Release(a.Entity, Day, "load"); ok {
		t.Error("released what was not engaged")
	}
	if got, ok := e.Release(a.Entity, Minute, "load"); !ok || got.Score != 60 || got.Serial != 1 || other.Serial != 2 {
		t.Errorf("%+v %t", got, ok)
	}
	if got := e.ReleaseAll(); len(got) != 1 || e.Len() != 0 {
		t.Errorf("%+v, %d left", got, e.Len())
	}
}

func TestOneExternalAlertPerEntity(t *testing.T) {
	t.Parallel()
	var e Engaged
	x := Entity{15, "probe"}
	if !e.TriggerExternal(&Alert{Entity: x, Periodicity: Aperiodic, Key: "a"}) || e.TriggerExternal(&Alert{Entity: x, Periodicity: Aperiodic, Key: "b"}) {
		t.Error("one at a time")
	}
	if _, ok := e.ReleaseExternal(x, None, "b"); ok {
		t.Error("released under another name")
	}
	if got, ok := e.ReleaseExternal(x, Aperiodic, "a"); !ok || got.Key != "a" {
		t.Errorf("%+v %t", got, ok)
	}
	if _, ok := e.ReleaseExternal(x, Aperiodic, "a"); ok || e.Len() != 0 {
		t.Error("released twice")
	}
}

func TestPeriodicities(t *testing.T) {
	t.Parallel()
	for p, want := range map[Periodicity]int{Aperiodic: 0, Minute: 60, FiveMinutes: 300, Hour: 3600, Day: 86400, Day + 1: 0} {
		if got := p.Seconds(); got != want || p.Valid() != (p <= Day) {
			t.Errorf("%d: %d s, valid %t", p, got, p.Valid())
		}
	}
	if None.Valid() {
		t.Error("none is no periodicity")
	}
}
