package capture

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"ntopgo/engine/decode"
)

// errNoCapture says that a file starts with no known magic number.
var errNoCapture = errors.New("not a capture file (pcap or pcapng)")

// errDamaged marks an error after which a file cannot be read on, but what was
// read before counts.
type errDamaged struct{ msg string }

func (e errDamaged) Error() string { return e.msg }

func damaged(format string, args ...any) error { return errDamaged{fmt.Sprintf(format, args...)} }

// records reads the records of one capture file.
type records interface {
	// next reads one frame. Its Data is valid while the window's chunk is held. It
	// returns io.EOF at the clean end, errDamaged at the unclean one.
	next(f *Frame) error
	// ready reports whether next would not have to wait for input.
	ready() bool
}

// fileSource reads one capture file after the other.
type fileSource struct {
	info      Info
	cfg       Config
	streaming bool

	cur     records
	in      *window // what cur reads
	chunks  chunkPool
	curName string
	file    io.Closer
	list    []string
	lastErr error
	filters map[decode.LinkType]*Filter
	pace    pacer
	last    int64 // time of the last frame

	received, errors atomic.Uint64

	mu      sync.Mutex
	damage  string
	closers []io.Closer
	closed  atomic.Bool
	done    chan struct{}
}

func newFileSource(info Info, cfg Config) *fileSource {
	s := &fileSource{info: info, cfg: cfg, filters: map[decode.LinkType]*Filter{}, done: make(chan struct{})}
	if s.cfg.Sleep == nil {
		s.cfg.Sleep = func(d time.Duration) {
			t := time.NewTimer(d)
			defer t.Stop()
			select {
			case <-t.C:
			case <-s.done:
			}
		}
	}
	return s
}

// openNext opens a capture file as the current one.
func (s *fileSource) openNext(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("open capture file: %w", err)
	}
	if err := s.begin(name, newWindow(fileReader(f), &s.chunks), f); err != nil {
		f.Close()
		return err
	}
	return nil
}

// openListed takes the next file of a list; one that cannot be read is counted
// and said, and the list goes on.
func (s *fileSource) openListed() {
	name := s.list[0]
	s.list = s.list[1:]
	if err := s.openNext(name); err != nil {
		s.lastErr = err
		s.errors.Add(1)
		s.cfg.Logf("%v", err)
	}
}

// begin recognises the format of r.
func (s *fileSource) begin(name string, r *window, file io.Closer) error {
	rec, err := newRecords(r)
	if err != nil {
		return fmt.Errorf("open %s: %w", name, err)
	}
	s.cur, s.in, s.curName, s.file = rec, r, name, file
	return nil
}

// newRecords chooses the reader by the magic number.
func newRecords(r *window) (records, error) {
	magic, err := r.Peek(4)
	if err != nil && len(magic) < 4 {
		if err == io.EOF {
			return nil, errNoCapture
		}
		return nil, err
	}
	switch m := [4]byte(magic); m {
	case [4]byte{0x0a, 0x0d, 0x0d, 0x0a}:
		return newPcapNG(r)
	default:
		format, ok := pcapMagic[m]
		if !ok {
			return nil, errNoCapture
		}
		return newPcap(r, format)
	}
}

func (s *fileSource) Info() Info { return s.info }

func (s *fileSource) Stats() Stats {
	return Stats{Received: s.received.Load(), Errors: s.errors.Load()}
}

// Damage implements Damaged.
func (s *fileSource) Damage() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.damage
}

func (s *fileSource) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Swap(true) {
		return nil
	}
	close(s.done)
	var err error
	for _, c := range s.closers {
		err = errors.Join(err, c.Close())
	}
	return err
}

// Read implements Source.
func (s *fileSource) Read(b *Batch, max int) error {
	s.chunks.drop(b)
	if max <= 0 {
		max = 1
	}
	if cap(b.Frames) < max {
		b.Frames = make([]Frame, 0, max)
	}
	b.Frames = b.Frames[:0]
	defer func() { s.received.Add(uint64(len(b.Frames))) }()
	for len(b.Frames) < max {
		if s.closed.Load() {
			s.finish()
			return io.EOF
		}
		if s.cur == nil {
			if len(s.list) == 0 {
				if len(b.Frames) > 0 {
					return nil
				}
				return io.EOF
			}
			s.openListed()
			continue
		}
		if len(b.Frames) > 0 && (s.streaming && !s.cur.ready() || s.cfg.OriginalSpeed) {
			return nil
		}
		n := len(b.Frames)
		f := &b.Frames[:n+1][n]
		err := s.cur.next(f)
		if err == ErrTimeout {
			if len(b.Frames) > 0 {
				return nil
			}
			return err
		}
		if err != nil {
			if err := s.end(err); err != nil && len(b.Frames) == 0 {
				return err
			}
			continue
		}
		wanted, err := s.take(f)
		if err != nil {
			return err
		}
		if wanted {
			s.in.hold(b)
			b.Frames = b.Frames[:n+1]
		}
	}
	return nil
}

// take filters and times a frame; it says whether the frame is wanted.
func (s *fileSource) take(f *Frame) (wanted bool, err error) {
	if f.Time == 0 {
		f.Time = s.last // a simple packet block has no time
	}
	s.last = f.Time
	if s.cfg.Filter != "" {
		filter, err := s.filter(f.Link)
		if err != nil {
			return false, err
		}
		if !filter.Match(f.Data, f.WireLen) {
			return false, nil
		}
	}
	f.Time = s.pace.time(f.Time, &s.cfg)
	return true, nil
}

// filter returns the compiled expression for a link type.
func (s *fileSource) filter(link decode.LinkType) (*Filter, error) {
	if f, ok := s.filters[link]; ok {
		return f, nil
	}
	f, err := CompileFilter(s.cfg.Filter, link, MaxSnapLen)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.curName, err)
	}
	s.filters[link] = f
	return f, nil
}

// end closes the current file; damage is remembered and counted, other read
// errors are returned.
func (s *fileSource) end(err error) error {
	name := s.curName
	s.finish()
	var d errDamaged
	switch {
	case err == io.EOF:
		return nil
	case errors.As(err, &d):
		s.errors.Add(1)
		msg := fmt.Sprintf("%s: %s", name, d.msg)
		s.mu.Lock()
		s.damage = msg
		s.mu.Unlock()
		s.cfg.Logf("%s", msg)
		return nil
	}
	s.errors.Add(1)
	return fmt.Errorf("read %s: %w", name, err)
}

func (s *fileSource) finish() {
	if s.file != nil {
		s.file.Close()
	}
	if s.in != nil {
		s.in.close()
	}
	s.cur, s.in, s.file = nil, nil, nil
}

// pacer gives frames of files the present time, if asked to.
type pacer struct {
	started   bool
	wall      time.Time // when the first frame was handed over
	firstTime int64
}

// time returns the time to give a frame that was recorded at t.
func (p *pacer) time(t int64, cfg *Config) int64 {
	switch {
	case cfg.OriginalSpeed:
		if !p.started {
			p.started, p.wall, p.firstTime = true, cfg.Now(), t
		}
		if wait := time.Duration(t-p.firstTime) - cfg.Now().Sub(p.wall); wait > 0 {
			cfg.Sleep(wait)
		}
	case !cfg.ReforgeTimestamps:
		return t
	}
	return cfg.Now().UnixNano()
}
