package capture

import (
	"io"
	"sync"
	"time"
)

// dummy is a source without frames.
type dummy struct {
	info     Info
	interval time.Duration
	done     chan struct{}
	once     sync.Once
}

func newDummy(cfg Config) *dummy {
	return &dummy{info: Info{Name: "dummy", Kind: KindDummy, Description: "dummy", MTU: 1514}, interval: cfg.PollInterval,
		done: make(chan struct{})}
}

// NewSilent is a source without frames, for interfaces whose flows come another
// way. Its Read gives the interface its clock.
func NewSilent(info Info) Source {
	cfg, _ := Config{}.withDefaults() // nothing in it can be wrong
	d := newDummy(cfg)
	d.info = info
	return d
}

func (d *dummy) Info() Info   { return d.info }
func (d *dummy) Stats() Stats { return Stats{} }

// Read waits for the poll interval and returns ErrTimeout, io.EOF after Close.
func (d *dummy) Read(b *Batch, _ int) error {
	b.Frames = b.Frames[:0]
	t := time.NewTimer(d.interval)
	defer t.Stop()
	select {
	case <-d.done:
		return io.EOF
	case <-t.C:
		return ErrTimeout
	}
}

func (d *dummy) Close() error {
	d.once.Do(func() { close(d.done) })
	return nil
}
