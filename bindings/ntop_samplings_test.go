package bindings

import (
	"context"
	"fmt"
	"testing"
	"time"

	"ntopgo/engine/store/samplings"
)

func TestSamplingBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	t.Cleanup(w.env.Close)
	now := time.Now().Unix()
	w.check("inserted", `p(ntop.insertMinuteSampling(0, '{"a":1}'), ntop.insertHourSampling(0, "hour"), ntop.insertDaySampling(0, "day"))`, "nil nil nil;")
	w.check("by minute", fmt.Sprintf(`local m = ntop.getMinuteSampling(0, %d) if m == "" then m = ntop.getMinuteSampling(0, %d) end p(m, ntop.getMinuteSampling(0, 1000))`, now, now+60),
		`{"a":1} ;`)
	w.check("interval", fmt.Sprintf(`p(ntop.getMinuteSamplingsInterval(0, %d, %d), ntop.getMinuteSamplingsInterval(0, 1, 2))`, now-60, now+60),
		`{{"a":1}=} {};`)
	w.check("steps back", fmt.Sprintf(`p(ntop.getMinuteSamplingsFromEpoch(0, %d, 2), ntop.getHourSamplingsFromEpoch(0, %d, 2), ntop.getDaySamplingsFromEpoch(0, %d, 2))`, now+120, now+60, now+60),
		`{{"a":1}=} {hour=} {day=};`)
	s, err := w.env.samplings.of(w.env.Layout.DataDir, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, series := range []samplings.Series{samplings.Minutes, samplings.Hours, samplings.Days} {
		if err := s.Add(context.Background(), series, now-5*86400, "old"); err != nil {
			t.Fatal(err)
		}
	}
	const del = `ntop.deleteMinuteStatsOlderThan(0, 3) ntop.deleteHourStatsOlderThan(0, 3) ntop.deleteDayStatsOlderThan(0, 3)`
	count := fmt.Sprintf(`local n = 0 for _, f in ipairs{"Minute", "Hour", "Day"} do
for _ in pairs(ntop["get" .. f .. "SamplingsFromEpoch"](0, %d, 1000000)) do n = n + 1 end end p(n)`, now+120)
	w.check("not by everybody", del+count, "6;", func(c *Context) { c.Group = "unprivileged" })
	w.check("retention", del+count, "3;")
	w.check("wrong arguments", `p(ntop.insertMinuteSampling(9, "x"), ntop.insertMinuteSampling("x", "x"), ntop.insertHourSampling(0), ntop.insertDaySampling(-1, "x"),
ntop.getMinuteSampling(0), ntop.getMinuteSampling(9, 1), ntop.getMinuteSamplingsInterval(0, 1), ntop.getMinuteSamplingsFromEpoch(0, 1),
ntop.getHourSamplingsFromEpoch({}), ntop.getDaySamplingsFromEpoch(0, -1, 1), ntop.deleteMinuteStatsOlderThan(0), ntop.deleteHourStatsOlderThan(nil), ntop.deleteDayStatsOlderThan(9, 1))`,
		"nil nil nil nil nil nil nil nil nil nil nil nil nil;")
	w.env.TreeYear = 2026
	w.check("2026", fmt.Sprintf(`p(ntop.getHourSamplingsFromEpoch(%d, %d), ntop.getHourSamplingsFromEpoch(1))`, now+60, now-60), `{hour=} nil;`)
}
