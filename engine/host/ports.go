package host

import (
	"cmp"
	"slices"

	"ntopgo/engine/mac"
)

// maxPorts bounds the ports that are remembered for one host and one role. Of
// more of them those with the smallest numbers stay, in whatever order they come.
const maxPorts = 512

// Port is a port of TCP or UDP.
type Port struct {
	Number uint16
	UDP    bool
}

// PortUse is a port with what was spoken there last.
type PortUse struct {
	Port
	Master, App uint16 // as the classifier names the flow
	// Turn orders the flows of a port, of which the last one decides. Of equal ones
	// it must not matter which came last.
	Turn uint64
}

// ports is which ports a host serves and which it asked for, and the card of the
// router behind which it first found a remote host.
type ports struct {
	serves, asks portMap
	router       mac.Addr
	routerAt     int64 // when that flow began, 0 without one
}

// less orders ports by number.
func (p Port) less(o Port) bool {
	return p.Number < o.Number || p.Number == o.Number && !p.UDP && o.UDP
}

type portMap struct {
	m   map[Port]PortUse
	top Port // the largest, once the map is full
}

func (p *portMap) note(u PortUse) {
	have, there := p.m[u.Port]
	switch {
	case there:
		if cmp.Or(cmp.Compare(have.Turn, u.Turn), cmp.Compare(have.App, u.App), cmp.Compare(have.Master, u.Master)) > 0 {
			return
		}
	case p.m == nil:
		p.m = map[Port]PortUse{}
	case len(p.m) >= maxPorts:
		if p.top == (Port{}) {
			p.findTop()
		}
		if !u.Port.less(p.top) {
			return
		}
		delete(p.m, p.top)
		p.m[u.Port] = u
		p.findTop()
		return
	}
	p.m[u.Port] = u
}

func (p *portMap) findTop() {
	p.top = Port{}
	for k := range p.m {
		if p.top.less(k) {
			p.top = k
		}
	}
}

// Serves notes a port that the host answers at.
func (c *Contacts) Serves(u PortUse) { c.ports.serves.note(u) }

// Asks notes a port that the host asked for somewhere.
func (c *Contacts) Asks(u PortUse) { c.ports.asks.note(u) }

// Behind notes the card through which a remote host was reached by a flow that
// began at time first; the earliest stays.
func (c *Contacts) Behind(router mac.Addr, first int64) {
	if p := &c.ports; p.routerAt == 0 || first < p.routerAt || first == p.routerAt && slices.Compare(router[:], p.router[:]) < 0 {
		p.router, p.routerAt = router, first
	}
}

// UsedPorts are the ports that the host serves and those that it asked for, each
// by number, TCP first.
func (h *Host) UsedPorts() (serves, asks []PortUse) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.data.Details.contacts; c != nil {
		return sorted(c.ports.serves.m), sorted(c.ports.asks.m)
	}
	return nil, nil
}

func sorted(m map[Port]PortUse) []PortUse {
	out := make([]PortUse, 0, len(m))
	for _, u := range m {
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b PortUse) int {
		if a.UDP != b.UDP {
			if b.UDP {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.Number, b.Number)
	})
	return out
}

// Router is the card behind which the host first found a remote host.
func (h *Host) Router() (router mac.Addr, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.data.Details.contacts
	if c == nil || c.ports.routerAt == 0 {
		return router, false
	}
	return c.ports.router, true
}
