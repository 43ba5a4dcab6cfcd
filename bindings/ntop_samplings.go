package bindings

import (
	"context"
	"fmt"
	"sync"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/store/samplings"
)

// Group "Historical Statistics (SQLite)": texts that scripts keep by time.
func init() {
	register("ntop", map[string]func(c *Call){
		"insertMinuteSampling":        func(c *Call) { insertSampling(c, samplings.Minutes, 1) },
		"insertHourSampling":          func(c *Call) { insertSampling(c, samplings.Hours, 60) },
		"insertDaySampling":           func(c *Call) { insertSampling(c, samplings.Days, 60) },
		"getMinuteSampling":           getMinuteSampling,
		"getMinuteSamplingsInterval":  getMinuteInterval,
		"getMinuteSamplingsFromEpoch": func(c *Call) { samplingsFromEpoch(c, samplings.Minutes, 60) },
		"getHourSamplingsFromEpoch":   func(c *Call) { samplingsFromEpoch(c, samplings.Hours, 3600) },
		"getDaySamplingsFromEpoch":    func(c *Call) { samplingsFromEpoch(c, samplings.Days, 86400) },
		"deleteMinuteStatsOlderThan":  func(c *Call) { deleteSamplings(c, samplings.Minutes) },
		"deleteHourStatsOlderThan":    func(c *Call) { deleteSamplings(c, samplings.Hours) },
		"deleteDayStatsOlderThan":     func(c *Call) { deleteSamplings(c, samplings.Days) },
	})
}

// samplingStores are the open stores by interface.
type samplingStores struct {
	mu     sync.Mutex
	open   map[int]*samplings.Store
	closed bool
}

func (s *samplingStores) of(dir string, ifid int) (*samplings.Store, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.open[ifid]; st != nil {
		return st, nil
	}
	if s.closed {
		return nil, fmt.Errorf("samplings of interface %d: the program ends", ifid)
	}
	st, err := samplings.Open(dir, ifid)
	if err != nil {
		return nil, err
	}
	if s.open == nil {
		s.open = map[int]*samplings.Store{}
	}
	s.open[ifid] = st
	return st, nil
}

func (s *samplingStores) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for id, st := range s.open {
		_ = st.Close() // everything is written
		delete(s.open, id)
	}
}

// naturals are the first n arguments as numbers that are not negative; nil after
// a log line when one is not.
func (c *Call) naturals(n int) []int64 {
	out := make([]int64, n)
	for i := range out {
		v, ok := c.Int(i + 1)
		if !ok || v < 0 {
			c.wrongArgument(i+1, "number")
			return nil
		}
		out[i] = v
	}
	return out
}

// samplings opens the store of an interface that the user may see.
func (c *Call) samplings(ifid int64) *samplings.Store {
	if c.Env.Interface(int(ifid)) == nil || !c.AllowsInterface(int(ifid)) {
		c.Env.Log.Logf(3, "%s: no interface %d", c.b.Key(), ifid)
		return nil
	}
	s, err := c.Env.samplings.of(c.Env.Layout.DataDir, int(ifid))
	if c.Failed(err) {
		return nil
	}
	return s
}

func insertSampling(c *Call, series samplings.Series, round int64) {
	defer c.Push(nil)
	n := c.naturals(1)
	if n == nil || c.Kind(2) != lua.String {
		return
	}
	if s := c.samplings(n[0]); s != nil {
		now := time.Now().Unix()
		c.Failed(s.Add(context.Background(), series, now-now%round, c.String(2)))
	}
}

// getMinuteSampling is the text of the minute in which a time lies.
func getMinuteSampling(c *Call) {
	n := c.naturals(2)
	if n == nil {
		c.Push(nil)
		return
	}
	texts := c.samplingRange(n[0], samplings.Minutes, n[1]-n[1]%60, n[1]-n[1]%60+59)
	if len(texts) == 0 {
		if texts != nil {
			c.Push("")
			return
		}
		c.Push(nil)
		return
	}
	c.Push(texts[0])
}

// samplingRange is nil after a failure.
func (c *Call) samplingRange(ifid int64, series samplings.Series, from, to int64) []string {
	s := c.samplings(ifid)
	if s == nil {
		return nil
	}
	texts, err := s.Range(context.Background(), series, from, to)
	if c.Failed(err) {
		return nil
	}
	return texts
}

// pushTexts pushes texts as the keys of a table, as the original does.
func (c *Call) pushTexts(texts []string) {
	if texts == nil {
		c.Push(nil)
		return
	}
	t := lua.NewTable(len(texts))
	for _, s := range texts {
		t.Set(s, "")
	}
	c.Push(t)
}

func getMinuteInterval(c *Call) {
	n := c.naturals(3)
	if n == nil {
		c.Push(nil)
		return
	}
	c.pushTexts(c.samplingRange(n[0], samplings.Minutes, n[1], n[2]))
}

// samplingsFromEpoch takes end and start and asks for the selected interface; in
// 2024 it took interface, end and how many steps to go back.
func samplingsFromEpoch(c *Call, series samplings.Series, step int64) {
	whole := func(t int64) int64 { return t - t%60 }
	if c.Env.TreeYear < 2026 {
		n := c.naturals(3)
		if n == nil {
			c.Push(nil)
			return
		}
		end := whole(n[1])
		c.pushTexts(c.samplingRange(n[0], series, end-step*n[2], end))
		return
	}
	n := c.naturals(2)
	if n == nil {
		c.Push(nil)
		return
	}
	c.pushTexts(c.samplingRange(int64(c.IfaceID), series, whole(n[1]), whole(n[0])))
}

func deleteSamplings(c *Call, series samplings.Series) {
	defer c.Push(nil)
	n := c.naturals(2)
	if n == nil || !c.Admin() {
		return
	}
	if s := c.samplings(n[0]); s != nil {
		now := time.Now().Unix()
		c.Failed(s.Forget(context.Background(), series, now-now%60-n[1]*86400))
	}
}
