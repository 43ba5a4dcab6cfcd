// Package export sends flows to other systems when they end, and while they last
// every few minutes with what they gained since: over ZMQ, to Elasticsearch, the
// system's log or Kafka. It knows formats and queues; nothing of scripts.
package export

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"ntopgo/engine/counters"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/iface"
)

// Bounds and times.
const (
	// waiting is how many ended flows wait to be formatted, and queued how many
	// formatted ones to be sent.
	waiting = 1 << 14
	queued  = 1 << 16
	// scan is how often flows that last are looked for.
	scan = 30 * time.Second
	// flush is how long sinks may take to send what is left at the end.
	flush = 10 * time.Second
)

// Period is after which time a flow that lasts is sent.
const Period = 300 * time.Second

// Item is what is sent of a flow: all of it, or what it gained since the last
// time.
type Item struct {
	IfID        int
	IfName      string
	Flow        flow.Flow
	Up, Down    counters.Traffic
	First, Last int64 // nanoseconds
}

// Config says what is exported, and where to.
type Config struct {
	Sinks []*Sink
	// Wanted says whether the flows of an interface are exported; nil: all are.
	Wanted func(ifid int) bool
	// Small are the bounds of flows that are left out: those with at most so many
	// packets, or at most so many bytes; nil, or zero and zero: none is.
	Small func() (packets, bytes uint64)
	// Now is the clock; nil: the machine's.
	Now func() time.Time
}

// Names tell what flows show by numbers.
type Names struct {
	DPI *dpi.Engine
	// Place is where an address is used; nil: not known.
	Place func(netip.Addr) (country string, longitude, latitude float64)
	// Score is how bad a flow is; nil: 0.
	Score func(*flow.Flow) int
	// Host is what a host is called; nil: its address.
	Host func(*flow.Flow, netip.Addr) string
	// Instance is the name of this program, "" for none.
	Instance string
}

// Exporter sends the flows of interfaces to its sinks.
type Exporter struct {
	cfg  Config
	in   chan Item
	lost struct { // flows that ended too fast, by interface
		mu sync.Mutex
		of map[int]uint64
	}
	ctx     context.Context
	cancel  context.CancelFunc
	wg      sync.WaitGroup
	watched struct {
		mu   sync.Mutex
		list []*iface.Interface
	}
	worker sync.WaitGroup
	sent   map[flowKey]sentPart // the worker's own
}

// flowKey tells flows apart.
type flowKey struct {
	ifid  int
	key   flow.Key
	first int64
}

// sentPart is what was sent of a flow that lasts.
type sentPart struct {
	up, down counters.Traffic
	last     int64 // of the flow, nanoseconds
	at       time.Time
}

// New starts an exporter.
func New(cfg Config) *Exporter {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	e := &Exporter{cfg: cfg, in: make(chan Item, waiting), sent: map[flowKey]sentPart{}}
	e.lost.of = map[int]uint64{}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	for _, s := range cfg.Sinks {
		s.start()
	}
	e.worker.Go(e.run)
	return e
}

// OnFlow is told of the events of the flows of an interface. It does not wait.
func (e *Exporter) OnFlow(ifid int, name string) func(iface.FlowEvent, *flow.Flow) {
	return func(event iface.FlowEvent, f *flow.Flow) {
		if event != iface.FlowEnded {
			return
		}
		select {
		case e.in <- Item{IfID: ifid, IfName: name, Flow: *f}:
		default:
			e.lost.mu.Lock()
			e.lost.of[ifid]++
			e.lost.mu.Unlock()
		}
	}
}

// Watch sends what lasts on an interface now and then, and all of it at the end.
func (e *Exporter) Watch(i *iface.Interface) {
	e.watched.mu.Lock()
	e.watched.list = append(e.watched.list, i)
	e.watched.mu.Unlock()
	e.wg.Go(func() {
		t := time.NewTicker(scan)
		defer t.Stop()
		for {
			select {
			case <-e.ctx.Done():
				return
			case <-t.C:
				if !i.Loading() {
					e.pass(i, i.Now().Add(-Period).UnixNano())
				}
			}
		}
	})
}

// pass hands over the flows of i that began before a time (nanoseconds).
func (e *Exporter) pass(i *iface.Interface, before int64) {
	var list []flow.Flow
	i.EachFlow(func(f *flow.Flow) {
		if f.FirstSeen < before {
			list = append(list, f.Own())
		}
	})
	for n := range list {
		e.in <- Item{IfID: i.ID(), IfName: i.Name(), Flow: list[n], Last: -1} // it lasts
	}
}

func (e *Exporter) run() {
	for it := range e.in {
		lasts := it.Last < 0
		if !e.part(&it, lasts) {
			continue
		}
		for _, s := range e.cfg.Sinks {
			s.put(&it)
		}
	}
}

// part reduces it to what was not sent before; it says whether there is anything
// to send.
func (e *Exporter) part(it *Item, lasts bool) bool {
	f := &it.Flow
	k := flowKey{it.IfID, f.Key, f.FirstSeen}
	old, known := e.sent[k]
	now := e.cfg.Now()
	if lasts && known && now.Sub(old.at) < Period {
		return false
	}
	it.Up, it.Down, it.First, it.Last = f.ToServer.Traffic, f.ToClient.Traffic, f.FirstSeen, f.LastSeen
	if known {
		it.Up, it.Down, it.First = it.Up.Sub(old.up), it.Down.Sub(old.down), old.last
	}
	if lasts {
		e.sent[k] = sentPart{f.ToServer.Traffic, f.ToClient.Traffic, f.LastSeen, now}
	} else {
		delete(e.sent, k)
	}
	if it.Up.Bytes+it.Down.Bytes == 0 || e.cfg.Wanted != nil && !e.cfg.Wanted(it.IfID) {
		return false
	}
	if e.cfg.Small != nil {
		packets, bytes := e.cfg.Small()
		return f.Packets() > packets && f.Bytes() > bytes || packets|bytes == 0
	}
	return true
}

// Stats counts what a sink was given.
type Stats struct {
	Sent, Dropped uint64
	Rate          float64 // flows per second, of the last seconds
}

// Stats are those of a sink and an interface; ok is false when there is no sink
// of that name. "" is the first.
func (e *Exporter) Stats(name string, ifid int) (s Stats, ok bool) {
	for _, k := range e.cfg.Sinks {
		if name == "" || k.Name == name {
			s = k.stats(ifid)
			e.lost.mu.Lock()
			s.Dropped += e.lost.of[ifid]
			e.lost.mu.Unlock()
			return s, true
		}
	}
	return s, false
}

// Refused is how many flows of an interface ended when the queue was full.
func (e *Exporter) Refused(ifid int) uint64 {
	e.lost.mu.Lock()
	defer e.lost.mu.Unlock()
	return e.lost.of[ifid]
}

// Close sends the flows that are left on the interfaces, which must have ended,
// and ends the exporter.
func (e *Exporter) Close() {
	e.cancel()
	e.wg.Wait()
	e.watched.mu.Lock()
	list := e.watched.list
	e.watched.mu.Unlock()
	for _, i := range list {
		var left []flow.Flow
		i.EachFlow(func(f *flow.Flow) { left = append(left, f.Own()) })
		for n := range left {
			e.in <- Item{IfID: i.ID(), IfName: i.Name(), Flow: left[n]}
		}
	}
	close(e.in)
	e.worker.Wait()
	for _, s := range e.cfg.Sinks {
		s.stop()
	}
}
