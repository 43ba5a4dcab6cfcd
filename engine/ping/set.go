package ping

import (
	"fmt"
	"net"
	"net/netip"
	"sort"
	"sync"
	"time"
)

// Set pings from this machine, by the system's choice of interface or from one
// that is named. A nil *Set cannot ping.
type Set struct {
	any    *pinger
	byName map[string]*pinger

	mu      sync.Mutex
	results map[netip.Addr]time.Duration
	watched map[string]*watch
	missing map[string]bool // watched hosts that did not answer the last time
	running bool
	stop    chan struct{}
	wait    sync.WaitGroup

	round, patience, keep time.Duration
}

// Times of watching: how often to ask, how long to wait for the answer, and how
// long a host is watched after it was last asked for.
const (
	defaultRound    = 3 * time.Second
	defaultPatience = 2 * time.Second
	defaultKeep     = 90 * time.Second
)

// Open opens sockets for the machine and for each of its interfaces that has an
// address. The error says why no echo can be sent at all.
func Open() (*Set, error) {
	any, err := open("0.0.0.0", "::")
	if err != nil {
		return nil, err
	}
	s := &Set{any: any, byName: map[string]*pinger{}, results: map[netip.Addr]time.Duration{}, watched: map[string]*watch{},
		missing: map[string]bool{}, stop: make(chan struct{}), round: defaultRound, patience: defaultPatience, keep: defaultKeep}
	nics, _ := net.Interfaces()
	for _, nic := range nics {
		if nic.Flags&net.FlagUp == 0 || nic.Flags&net.FlagLoopback != 0 {
			continue
		}
		from4, from6 := addresses(nic)
		if from4 == "" && from6 == "" {
			continue
		}
		if p, err := open(from4, from6); err == nil {
			s.byName[nic.Name] = p
		}
	}
	return s, nil
}

// addresses are the first IPv4 and the first global IPv6 address of an interface.
func addresses(nic net.Interface) (v4, v6 string) {
	list, _ := nic.Addrs()
	for _, a := range list {
		p, err := netip.ParsePrefix(a.String())
		switch {
		case err != nil:
		case p.Addr().Is4() && v4 == "":
			v4 = p.Addr().String()
		case p.Addr().Is6() && v6 == "" && p.Addr().IsGlobalUnicast():
			v6 = p.Addr().String()
		}
	}
	return v4, v6
}

// Names are the interfaces that can be named.
func (s *Set) Names() []string {
	if s == nil {
		return nil
	}
	out := make([]string, 0, len(s.byName))
	for n := range s.byName {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}

func (s *Set) from(ifname string) (*pinger, error) {
	if s == nil {
		return nil, fmt.Errorf("ping: not allowed on this host")
	}
	if ifname == "" {
		return s.any, nil
	}
	if p := s.byName[ifname]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("ping: no interface %q with an address", ifname)
}

// Ping sends one echo, from the named interface or, without a name, from any.
func (s *Set) Ping(to netip.Addr, ifname string) error {
	p, err := s.from(ifname)
	if err != nil {
		return err
	}
	return p.send(to, func(rtt time.Duration) {
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.results) < maxWaiting {
			s.results[to] = rtt
		}
	})
}

// Collect returns the round-trip times that arrived since it was last called.
func (s *Set) Collect() map[netip.Addr]time.Duration {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.results
	s.results = map[netip.Addr]time.Duration{}
	return out
}

// Close ends all measurements.
func (s *Set) Close() {
	if s == nil {
		return
	}
	s.mu.Lock()
	if s.running {
		close(s.stop)
		s.running = false
	}
	s.mu.Unlock()
	s.any.close()
	for _, p := range s.byName {
		p.close()
	}
	s.wait.Wait()
}
