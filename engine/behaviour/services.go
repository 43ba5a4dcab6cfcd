package behaviour

import (
	"slices"
	"sync"
	"time"
)

// Status is whether a service is meant to be used, by ntopng's numbers.
type Status int

// Statuses.
const (
	Allowed Status = iota
	Denied
	Undecided
	UnknownStatus
)

// Service is a service that one host uses of another.
type Service struct {
	Key
	Peers
	ID                  uint64 // names it for SetStatus
	FirstSeen, LastSeen int64  // nanoseconds: when the first and the last flow began
	Uses                uint64
	Info                string // of the last flow that had any
	Status              Status

	infoAt int64
}

// Learning is what becomes of services that are seen for the first time.
type Learning struct {
	Period        time.Duration // since the map began
	During, After Status
}

// serviceIdle is after how long without use a service is forgotten.
const serviceIdle = 24 * time.Hour

// Services is the map of services of an interface. Its methods may be called
// from any goroutine.
type Services struct {
	max int

	mu       sync.Mutex
	m        map[Key]*Service
	learning Learning
	since    int64 // when it began, nanoseconds of the interface's time; 0 before the first use
	now      int64 // of the last use or Purge
	refused  uint64
}

// NewServices returns an empty map of at most max services (0: no limit).
func NewServices(max int) *Services {
	return &Services{max: max, m: map[Key]*Service{}, learning: Learning{Period: 2 * time.Hour}}
}

// SetLearning says what becomes of new services from now on.
func (s *Services) SetLearning(l Learning) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.learning = l
}

// Learning says whether the period of learning lasts.
func (s *Services) Learning() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.learns(s.now)
}

func (s *Services) learns(at int64) bool { return at-s.since < int64(s.learning.Period) }

// Note counts a use between two local hosts, or from one to a group; others are
// no services of the network.
func (s *Services) Note(u *Use) {
	if !u.ClientLocal || !u.ServerLocal && !u.ServerGroup {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.since == 0 {
		s.since = u.First
	}
	s.now = max(s.now, u.First)
	v := s.m[u.Key]
	if v == nil {
		if s.max > 0 && len(s.m) >= s.max {
			s.refused++
			return
		}
		v = &Service{Key: u.Key, Peers: u.peers(), ID: u.id(), FirstSeen: u.First, Status: s.learning.After}
		if s.learns(u.First) {
			v.Status = s.learning.During
		}
		s.m[u.Key] = v
	}
	v.Uses++
	v.FirstSeen, v.LastSeen = min(v.FirstSeen, u.First), max(v.LastSeen, u.First)
	if u.Info != "" && u.First >= v.infoAt {
		v.Info, v.infoAt = u.Info, u.First
	}
}

// Purge forgets at time now (nanoseconds) what was not used for a day.
func (s *Services) Purge(now int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = max(s.now, now)
	for k, v := range s.m {
		if now-v.LastSeen > int64(serviceIdle) {
			delete(s.m, k)
		}
	}
}

// Flush forgets everything; learning begins anew.
func (s *Services) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.m)
	s.since = s.now
}

// SetStatus decides about one service and says whether there is one of that id.
func (s *Services) SetStatus(id uint64, status Status) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.m {
		if v.ID == id {
			v.Status = status
			return true
		}
	}
	return false
}

// SetStatuses decides about the services that match, and says how many.
func (s *Services) SetStatuses(match func(v *Service) bool, status Status) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.m {
		if match(v) {
			v.Status = status
			n++
		}
	}
	return n
}

// All copies the services, ordered by their keys.
func (s *Services) All() []Service {
	s.mu.Lock()
	out := make([]Service, 0, len(s.m))
	for _, v := range s.m {
		out = append(out, *v)
	}
	s.mu.Unlock()
	slices.SortFunc(out, func(a, b Service) int { return a.Key.compare(b.Key) })
	return out
}

// Len is the number of services; refused how many uses found no room for the
// service that they would have begun.
func (s *Services) Len() (n int, refused uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.m), s.refused
}
