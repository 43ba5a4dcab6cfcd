package capture

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// checkEvery is how often a live source looks whether its interfaces are still
// the ones it opened.
const checkEvery = time.Second

// liveSource reads the rings of one or more interfaces.
type liveSource struct {
	info     Info
	cfg      Config
	received atomic.Uint64

	// mu guards the rings between Read, Stats and Close; it is not held while
	// waiting for frames.
	mu        sync.Mutex
	rings     []*ring
	first     int // ring that is drained first, for fairness
	wake      *waker
	closed    bool
	dropped   uint64
	lastCheck time.Time
	fds       []unix.PollFd
}

// openLive opens one interface, several separated by commas, or "any".
func openLive(name string, cfg Config) (Source, error) {
	if cfg.Rings > 1 {
		return openShared(name, cfg, cfg.Rings)
	}
	return openRings(name, cfg)
}

// openRings opens one ring for each interface.
func openRings(name string, cfg Config) (*liveSource, error) {
	w, err := newWaker()
	if err != nil {
		return nil, err
	}
	s := &liveSource{cfg: cfg, wake: w, lastCheck: time.Now()}
	for part := range strings.SplitSeq(name, ",") {
		r, err := openRing(strings.TrimSpace(part), &s.cfg)
		if err != nil {
			s.Close()
			return nil, err
		}
		s.rings = append(s.rings, r)
	}
	s.info = liveInfo(name, s.rings)
	return s, nil
}

// liveInfo describes the interfaces of a source; several are shown as one with
// the largest MTU and the MAC of the first.
func liveInfo(name string, rings []*ring) Info {
	info := Info{Name: name, Kind: KindLive, Description: name}
	for i, r := range rings {
		nic, err := net.InterfaceByIndex(r.index)
		if err != nil { // "any" has no index
			info.MTU = max(info.MTU, 65536)
			continue
		}
		one := describe(*nic)
		if i == 0 {
			info.MAC, info.SpeedMbit = one.MAC, one.SpeedMbit
			if len(rings) == 1 {
				info.Name, info.Description = one.Name, one.Name
			}
		}
		info.MTU = max(info.MTU, one.MTU)
		info.Addresses = append(info.Addresses, one.Addresses...)
	}
	return info
}

func (s *liveSource) Info() Info { return s.info }

// Stats adds what the kernel dropped since the last call; reading its counters
// resets them.
func (s *liveSource) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.rings {
		s.dropped += r.takeDrops()
	}
	return Stats{Received: s.received.Load(), Dropped: s.dropped}
}

// Close ends a waiting Read and gives the rings back.
func (s *liveSource) Close() error {
	s.wake.wake()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	var err error
	for _, r := range s.rings {
		s.dropped += r.takeDrops()
		err = errors.Join(err, r.close())
	}
	s.rings = nil
	return errors.Join(err, unix.Close(s.wake.fd))
}

// Read implements Source. Frames are copied out of the ring, so that its blocks
// go back to the kernel at once and Close cannot pull memory from under a batch.
func (s *liveSource) Read(b *Batch, max int) error {
	b.Frames, b.Arena = b.Frames[:0], b.Arena[:0]
	if max <= 0 {
		max = 1
	}
	for {
		if err := s.drain(b, max); err != nil {
			return err
		}
		if len(b.Frames) > 0 {
			s.received.Add(uint64(len(b.Frames)))
			return nil
		}
		n, err := unix.Poll(s.fds, int(s.cfg.PollInterval.Milliseconds()))
		if err != nil && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("wait for frames on %s: %w", s.info.Name, err)
		}
		if n <= 0 {
			return s.idle()
		}
		s.noteErrors()
	}
}

// drain moves what the rings hold into the batch and refreshes the poll set.
func (s *liveSource) drain(b *Batch, max int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return io.EOF
	}
	n, down := len(s.rings), false
	for i := range n {
		r := s.rings[(s.first+i)%n]
		r.drain(b, max)
		down = down || r.down
	}
	if down { // the others may be busy, so that no pause comes
		s.check()
	}
	s.first = (s.first + 1) % n
	s.fds = append(s.fds[:0], unix.PollFd{Fd: int32(s.wake.fd), Events: unix.POLLIN})
	for _, r := range s.rings {
		s.fds = append(s.fds, unix.PollFd{Fd: int32(r.fd), Events: unix.POLLIN | unix.POLLERR})
	}
	return nil
}

// idle uses a pause to look after the interfaces.
func (s *liveSource) idle() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return io.EOF
	}
	s.check()
	return ErrTimeout
}

// check looks after the interfaces, at most once in checkEvery.
func (s *liveSource) check() {
	now := time.Now()
	if now.Sub(s.lastCheck) < checkEvery {
		return
	}
	s.lastCheck = now
	for _, r := range s.rings {
		r.check()
	}
}

// noteErrors clears the pending errors of the sockets (an interface went down);
// the source goes on waiting for it.
func (s *liveSource) noteErrors() {
	for i, fd := range s.fds[1:] {
		if fd.Revents&unix.POLLERR == 0 {
			continue
		}
		s.mu.Lock()
		if !s.closed {
			s.rings[i].noteError()
		}
		s.mu.Unlock()
	}
}
