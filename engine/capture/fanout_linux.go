package capture

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// fanoutUniqueID asks the kernel for a group number of its own
// (PACKET_FANOUT_FLAG_UNIQUEID, linux/if_packet.h, since 4.14).
const fanoutUniqueID = 0x2000

// join makes a bound socket a member.
func (g *fanout) join(fd int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	how := unix.PACKET_FANOUT_HASH << 16
	if !g.on {
		how |= fanoutUniqueID << 16
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_FANOUT, how|g.id); err != nil {
		return fmt.Errorf("share the interface among rings: %w", err)
	}
	if g.on {
		return nil
	}
	v, err := unix.GetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_FANOUT)
	if err != nil {
		return fmt.Errorf("group of rings: %w", err)
	}
	g.id, g.on = v&0xffff, true
	return nil
}

// sharedSource is a live source in parts.
type sharedSource struct {
	*liveSource // the first part
	parts       []*liveSource
}

// openShared opens n rings for each interface.
func openShared(name string, cfg Config, n int) (Source, error) {
	cfg.groups = map[string]*fanout{}
	cfg.RingBytes = max(cfg.RingBytes/n, 2<<20)
	s := &sharedSource{}
	for range n {
		part, err := openRings(name, cfg)
		if err != nil {
			for _, p := range s.parts {
				p.Close()
			}
			return nil, err
		}
		s.parts = append(s.parts, part)
	}
	s.liveSource = s.parts[0]
	return s, nil
}

// Parts implements Parallel.
func (s *sharedSource) Parts() []Source {
	out := make([]Source, len(s.parts))
	for i, p := range s.parts {
		out[i] = p
	}
	return out
}

// Stats is that of all parts.
func (s *sharedSource) Stats() Stats {
	var sum Stats
	for _, p := range s.parts {
		n := p.Stats()
		sum.Received += n.Received
		sum.Dropped += n.Dropped
	}
	return sum
}

// Close closes all parts.
func (s *sharedSource) Close() error {
	var err error
	for _, p := range s.parts {
		err = errors.Join(err, p.Close())
	}
	return err
}
