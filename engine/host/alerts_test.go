package host

import "testing"

func TestScoreSinksSlowly(t *testing.T) {
	t.Parallel()
	var d Data
	if _, sum := d.Alerts.Score(AsClient, 0); sum != 0 {
		t.Errorf("a host without alerts has score %d", sum)
	}
	a := d.Alerted()
	a.addScore(AsClient, 1, 100, 1000)
	a.addScore(AsClient, 0, 10, 1000)
	a.addScore(AsServer, 0, 7, 1000)
	check := func(now int64, want int) {
		t.Helper()
		if _, sum := d.Alerts.Score(AsClient, now); sum != want {
			t.Errorf("at %d: %d, want %d", now, sum, want)
		}
	}
	check(1000, 110)
	a.addScore(AsClient, 1, -60, 2000)
	check(2000, 110)
	check(2030, 80)
	check(2060, 50)
	check(5000, 50)
	check(1, 50) // the clock went back
	a.addScore(AsClient, 1, -60, 2000)
	a.addScore(AsClient, 1, 5, 2010) // what is added ends the sinking
	check(2010, 15)
	if kinds, _ := d.Alerts.Score(AsServer, 2010); kinds != [scoreKinds]int{7, 0} {
		t.Errorf("as server %v", kinds)
	}
}
