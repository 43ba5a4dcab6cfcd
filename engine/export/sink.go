package export

import (
	"context"
	"sync"
	"time"
)

// Sink is a system that flows are sent to. It has a queue of its own, so that one
// that is slow does not hold others up.
type Sink struct {
	Name string
	// Format makes the text of a flow, nil for one that is not sent.
	Format func(*Item) []byte
	// Send sends some texts, or fails with all of them. It ends with its context.
	Send func(ctx context.Context, batch [][]byte) error
	// Batch is how many texts are sent at once, and Delay how long fewer may wait
	// for more.
	Batch int
	Delay time.Duration
	// End closes what Send uses; nil: nothing.
	End func()
	// Logf takes a line when sending fails, at most one in a minute; nil: nothing.
	Logf func(format string, args ...any)

	queue  chan entry
	done   chan struct{}
	cancel context.CancelFunc
	mu     sync.Mutex
	counts map[int]*count // by interface
}

// entry is a text of a flow of an interface.
type entry struct {
	ifid int
	text []byte
}

// count is what was sent of an interface.
type count struct {
	sent, dropped uint64
	at            time.Time // of the last rate
	sentAt        uint64
	rate          float64
}

const logEvery = time.Minute

func (s *Sink) start() {
	s.queue, s.done, s.counts = make(chan entry, queued), make(chan struct{}), map[int]*count{}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	go s.run(ctx)
}

func (s *Sink) put(it *Item) {
	text := s.Format(it)
	if text == nil {
		return
	}
	select {
	case s.queue <- entry{it.IfID, text}:
	default:
		s.add([]entry{{ifid: it.IfID}}, false)
	}
}

// add counts entries as sent or dropped.
func (s *Sink) add(list []entry, sent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range list {
		if c := s.of(e.ifid); sent {
			c.sent++
		} else {
			c.dropped++
		}
	}
}

// of is the count of an interface; s.mu is held.
func (s *Sink) of(ifid int) *count {
	c := s.counts[ifid]
	if c == nil {
		c = &count{}
		s.counts[ifid] = c
	}
	return c
}

func (s *Sink) run(ctx context.Context) {
	defer close(s.done)
	var told time.Time
	for {
		batch, open := s.gather()
		if len(batch) > 0 {
			texts := make([][]byte, len(batch))
			for i := range batch {
				texts[i] = batch[i].text
			}
			err := s.Send(ctx, texts)
			s.add(batch, err == nil)
			if err != nil {
				if now := time.Now(); s.Logf != nil && now.Sub(told) > logEvery {
					told = now
					s.Logf("export of flows (%s): %v", s.Name, err)
				}
			}
		}
		if !open {
			return
		}
	}
}

// gather waits for texts; open is false when there will be no more.
func (s *Sink) gather() (batch []entry, open bool) {
	first, open := <-s.queue
	if !open {
		return nil, false
	}
	batch = append(batch, first)
	if s.Batch <= 1 {
		return batch, true
	}
	t := time.NewTimer(s.Delay)
	defer t.Stop()
	for len(batch) < s.Batch {
		select {
		case text, ok := <-s.queue:
			if !ok {
				return batch, false
			}
			batch = append(batch, text)
		case <-t.C:
			return batch, true
		}
	}
	return batch, true
}

func (s *Sink) stats(ifid int) Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.of(ifid)
	now := time.Now()
	if passed := now.Sub(c.at).Seconds(); c.at.IsZero() || passed >= 1 {
		if !c.at.IsZero() {
			c.rate = float64(c.sent-c.sentAt) / passed
		}
		c.at, c.sentAt = now, c.sent
	}
	return Stats{Sent: c.sent, Dropped: c.dropped, Rate: c.rate}
}

// stop sends what is queued, as far as there is time, and ends.
func (s *Sink) stop() {
	close(s.queue)
	t := time.AfterFunc(flush, s.cancel)
	<-s.done
	t.Stop()
	s.cancel()
	if s.End != nil {
		s.End()
	}
}
