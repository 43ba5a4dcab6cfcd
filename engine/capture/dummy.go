package capture

import (
	"io"
	"sync"
	"time"
)

// dummy is a source without traffic.
type dummy struct {
	interval time.Duration
	done     chan struct{}
	once     sync.Once
}

func newDummy(cfg Config) *dummy {
	return &dummy{interval: cfg.PollInterval, done: make(chan struct{})}
}

func (d *dummy) Info() Info {
	return Info{Name: "dummy", Kind: KindDummy, Description: "dummy", MTU: 1514}
}
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
