package iface

import (
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/decode"
	"ntopgo/engine/host"
)

// MaxTaps is how many captures can run on one interface at the same time.
const MaxTaps = 10

// tapQueue is how many frames wait for the one who reads a tap.
const tapQueue = 1024

// ErrTooManyTaps says that MaxTaps captures run already.
var ErrTooManyTaps = errors.New("too many captures on this interface")

// TapConfig says which frames a tap copies.
type TapConfig struct {
	Filter string    // as capture.CompileFilter reads it; "" for all
	Host   *host.Key // frames from or to a host; nil for all
	// Allow says whether a frame between two addresses may be seen; nil for all,
	// frames without addresses among them.
	Allow      func(src, dst netip.Addr) bool
	MaxPackets int // 0: no limit
	Until      time.Time
}

// TapFrame is a copied frame.
type TapFrame struct {
	Time    int64
	Link    decode.LinkType
	WireLen int
	Data    []byte
}

// Tap copies frames while the interface reads them. Frames that come faster
// than they are taken are dropped and counted.
type Tap struct {
	ID int // its place among the taps of the interface
	TapConfig

	frames  chan TapFrame
	taken   atomic.Int64
	dropped atomic.Uint64
	end     chan struct{}
	once    sync.Once

	// The readers' own.
	filter *capture.Filter
	link   decode.LinkType
	broken bool // the filter means nothing on this link type
}

// Tap starts to copy frames. Stop must be called on what it returns.
func (i *Interface) Tap(cfg TapConfig) (*Tap, error) {
	f, err := capture.CompileFilter(cfg.Filter, decode.LinkEthernet, capture.MaxSnapLen)
	if err != nil {
		return nil, err
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	old := i.taps.Load()
	var list [MaxTaps]*Tap
	if old != nil {
		list = *old
	}
	for n, t := range list {
		if t == nil {
			t = &Tap{ID: n, TapConfig: cfg, frames: make(chan TapFrame, tapQueue), end: make(chan struct{}), filter: f, link: decode.LinkEthernet}
			list[n] = t
			i.taps.Store(&list)
			return t, nil
		}
	}
	return nil, fmt.Errorf("%w: %d", ErrTooManyTaps, MaxTaps)
}

// Taps lists the captures that run.
func (i *Interface) Taps() []*Tap {
	var out []*Tap
	if list := i.taps.Load(); list != nil {
		for _, t := range list {
			if t != nil {
				out = append(out, t)
			}
		}
	}
	return out
}

// StopTap ends the capture with an id, as its owner does, and says whether there
// was one.
func (i *Interface) StopTap(id int) bool {
	for _, t := range i.Taps() {
		if t.ID == id {
			i.EndTap(t)
			return true
		}
	}
	return false
}

// EndTap stops copying.
func (i *Interface) EndTap(t *Tap) {
	t.once.Do(func() { close(t.end) })
	i.mu.Lock()
	defer i.mu.Unlock()
	old := i.taps.Load()
	if old == nil || old[t.ID] != t {
		return
	}
	list := *old
	list[t.ID] = nil
	if list == ([MaxTaps]*Tap{}) {
		i.taps.Store(nil)
		return
	}
	i.taps.Store(&list)
}

// Frames is where the copies come out.
func (t *Tap) Frames() <-chan TapFrame { return t.frames }

// Ended is closed when the tap copies no more: it was stopped, or it has copied
// as many frames as were asked for.
func (t *Tap) Ended() <-chan struct{} { return t.end }

// Taken is how many frames were copied; Dropped how many more would have been.
func (t *Tap) Taken() int { return int(t.taken.Load()) }

// Dropped is described at Taken.
func (t *Tap) Dropped() uint64 { return t.dropped.Load() }

// tap offers the frames of a batch to the taps. It runs on the readers'
// goroutines, one at a time.
func (i *Interface) tap(list *[MaxTaps]*Tap, b *batch) {
	i.tapping.Lock()
	defer i.tapping.Unlock()
	for _, t := range list {
		if t == nil {
			continue
		}
		for n := range b.frames.Frames {
			t.offer(&b.frames.Frames[n], &b.packets[n].Packet)
		}
	}
}

func (t *Tap) offer(f *capture.Frame, p *decode.Packet) {
	if t.MaxPackets > 0 && t.Taken() >= t.MaxPackets || !t.matches(f, p) {
		return
	}
	select {
	case t.frames <- TapFrame{f.Time, f.Link, f.WireLen, append([]byte(nil), f.Data...)}:
		if n := t.taken.Add(1); t.MaxPackets > 0 && int(n) >= t.MaxPackets {
			t.once.Do(func() { close(t.end) })
		}
	default:
		t.dropped.Add(1)
	}
}

func (t *Tap) matches(f *capture.Frame, p *decode.Packet) bool {
	if h := t.Host; h != nil && (p.VLAN != h.VLAN || p.SrcAddr() != h.Addr && p.DstAddr() != h.Addr) {
		return false
	}
	if t.Allow != nil && !t.Allow(p.SrcAddr(), p.DstAddr()) {
		return false
	}
	if f.Link != t.link {
		t.link = f.Link
		var err error
		t.filter, err = capture.CompileFilter(t.Filter, f.Link, capture.MaxSnapLen)
		t.broken = err != nil
	}
	return !t.broken && t.filter.Match(f.Data, f.WireLen)
}
