package ping

import (
	"net/netip"
	"sort"
	"time"
)

// watch is a host that is asked again and again.
type watch struct {
	to       netip.Addr
	from     *pinger
	asked    time.Time // when somebody was last interested
	answered bool      // in this round

	sent, received int
	min, max, last time.Duration
	sum, jitter    time.Duration
}

// Summary is what watching a host showed since the last collection.
type Summary struct {
	ResponseRate           float64 // per cent
	Min, Max, Mean, Jitter time.Duration
}

// Watch asks a host every few seconds, under the name by which the caller knows
// it, until 90 seconds after the last call.
func (s *Set) Watch(name string, to netip.Addr, ifname string) error {
	p, err := s.from(ifname)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if w := s.watched[name]; w != nil {
		w.asked, w.to = time.Now(), to
		return nil
	}
	if len(s.watched) >= maxWaiting {
		return errTooMany
	}
	s.watched[name] = &watch{to: to, from: p, asked: time.Now()}
	if !s.running {
		s.running = true
		s.wait.Add(1)
		go s.campaign()
	}
	return nil
}

// campaign asks all watched hosts, round after round.
func (s *Set) campaign() {
	defer s.wait.Done()
	for {
		s.askAll()
		if !s.pause(s.patience) {
			return
		}
		s.settle()
		if !s.pause(s.round - s.patience) {
			return
		}
	}
}

func (s *Set) pause(d time.Duration) bool {
	select {
	case <-s.stop:
		return false
	case <-time.After(d):
		return true
	}
}

func (s *Set) askAll() {
	s.mu.Lock()
	var list []*watch
	for name, w := range s.watched {
		if time.Since(w.asked) > s.keep {
			delete(s.watched, name)
			delete(s.missing, name)
			continue
		}
		w.answered = false
		w.sent++
		list = append(list, w)
	}
	s.mu.Unlock()
	for _, w := range list {
		// What cannot be sent counts as not answered.
		_ = w.from.send(w.to, func(rtt time.Duration) {
			s.mu.Lock()
			defer s.mu.Unlock()
			w.add(rtt)
		})
	}
}

// add counts an answer; the set's lock is held.
func (w *watch) add(rtt time.Duration) {
	if w.answered || w.received >= w.sent {
		return // late, of a round that is settled
	}
	w.answered = true
	w.received++
	if w.received == 1 {
		w.min = rtt
	} else {
		w.jitter += (rtt - w.last).Abs()
	}
	w.min, w.max = min(w.min, rtt), max(w.max, rtt)
	w.last = rtt
	w.sum += rtt
}

// settle notes who did not answer in time.
func (s *Set) settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.missing)
	for name, w := range s.watched {
		if !w.answered {
			s.missing[name] = true
		}
	}
}

// CollectWatched returns the summaries of the watched hosts and starts them anew,
// and the names of those that did not answer the last time.
func (s *Set) CollectWatched() (map[string]Summary, []string) {
	out := map[string]Summary{}
	if s == nil {
		return out, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, w := range s.watched {
		r := Summary{Min: w.min, Max: w.max}
		if w.sent > 0 {
			r.ResponseRate = min(float64(w.received)*100/float64(w.sent), 100)
		}
		if w.received > 0 {
			r.Mean = w.sum / time.Duration(w.received)
		}
		if w.received > 1 {
			r.Jitter = w.jitter / time.Duration(w.received-1)
		}
		out[name] = r
		w.sent, w.received, w.min, w.max, w.sum, w.jitter = 0, 0, 0, 0, 0, 0
	}
	missing := make([]string, 0, len(s.missing))
	for name := range s.missing {
		missing = append(missing, name)
	}
	clear(s.missing)
	sort.Strings(missing)
	return out, missing
}
