package host

import (
	"slices"

	"ntopgo/engine/memory"
)

// HTTPCounters counts HTTP requests by method and answers by status class.
type HTTPCounters = httpCounters[uint64]

type httpCounters[T uint32 | uint64] struct {
	Get, Post, Head, Put, Other T
	Status                      [6]T // index 1..5: 1xx to 5xx
}

// Method is the counter of a request method.
func (c *httpCounters[T]) Method(m string) *T {
	switch m {
	case "GET":
		return &c.Get
	case "POST":
		return &c.Post
	case "HEAD":
		return &c.Head
	case "PUT":
		return &c.Put
	}
	return &c.Other
}

// HTTPMessages counts HTTP messages of one direction: in all, and in the period
// that goes on and the one before it.
type HTTPMessages struct {
	HTTPCounters
	period    int64
	now, last httpCounters[uint32]
}

// Requests counts the HTTP messages of a host.
type Requests struct{ HTTPSent, HTTPRcvd HTTPMessages }

// Request is Requests for writing, made when missing.
func (d *Data) Request() *Requests {
	o := d.Detail()
	if o.Requests == &noRequests {
		o.Requests = memory.New[Requests]()
	}
	return o.Requests
}

// statsPeriod is how long a period is over which rates of messages are taken, in
// seconds.
const statsPeriod = 5

// Request counts a request at time at (nanoseconds).
func (m *HTTPMessages) Request(at int64, method string) {
	m.turn(at)
	*m.Method(method)++
	*m.now.Method(method)++
}

// Answer counts an answer at time at (nanoseconds); class is the first digit of its
// status, 1 to 5.
func (m *HTTPMessages) Answer(at int64, class int) {
	m.turn(at)
	m.Status[class]++
	m.now.Status[class]++
}

func (m *HTTPMessages) turn(at int64) {
	switch p := at / 1e9 / statsPeriod; {
	case p == m.period+1:
		m.period, m.last, m.now = p, m.now, httpCounters[uint32]{}
	case p > m.period:
		m.period, m.last, m.now = p, httpCounters[uint32]{}, httpCounters[uint32]{}
	}
}

// Rate is messages per second, rounded, in the last period that is over at time
// at (nanoseconds).
func (m *HTTPMessages) Rate(at int64) HTTPCounters {
	var n httpCounters[uint32]
	switch at/1e9/statsPeriod - m.period {
	case 0:
		n = m.last
	case 1:
		n = m.now
	}
	c := HTTPCounters{Get: perSecond(n.Get), Post: perSecond(n.Post), Head: perSecond(n.Head), Put: perSecond(n.Put), Other: perSecond(n.Other)}
	for i := range c.Status {
		c.Status[i] = perSecond(n.Status[i])
	}
	return c
}

func perSecond[T uint32 | uint64](n T) uint64 { return uint64((n + statsPeriod/2) / statsPeriod) }

// maxVirtualHosts bounds the names that are counted for one server. Where there
// is no room, one that was not asked for in virtualHostIdle (nanoseconds) gives
// way; if there is none the newcomer is not counted.
const (
	maxVirtualHosts = 64
	virtualHostIdle = 300e9
)

// virtualHost is what was asked of a server under one name.
type virtualHost struct {
	sent, rcvd, requests uint64 // sent is by the clients
	seen                 int64
	period               int64     // of by[0]
	by                   [3]uint64 // requests of a period and the two before
}

func (v *virtualHost) turn(period int64) {
	for ; v.period < period && v.by != [3]uint64{}; v.period++ {
		v.by = [3]uint64{0, v.by[0], v.by[1]}
	}
	v.period = max(v.period, period)
}

// VirtualHost is what was asked of a server under one name.
type VirtualHost struct {
	Name             string
	Sent, Rcvd       uint64 // bytes by the clients and by the server
	Requests, Recent uint64 // in all, and in the last period that is over
	Before           uint64 // in the period before that
}

// CountVirtualHost counts requests to a local server under a name and the bytes
// of their clients and of the server at time at (nanoseconds).
func (t *Table) CountVirtualHost(h *Host, name string, requests, sent, rcvd uint64, at int64) {
	d := h.Lock()
	defer h.Unlock()
	o := d.Detail()
	v := o.virtual[name]
	if v == nil {
		if len(o.virtual) >= maxVirtualHosts {
			if !o.dropVirtualHost(at) {
				return
			}
			t.virtual.Add(-1)
		}
		if o.virtual == nil {
			o.virtual = map[string]*virtualHost{}
		}
		v = &virtualHost{}
		// A name of a flow's metadata must not keep the rest of it.
		o.virtual[string([]byte(name))] = v
		t.virtual.Add(1)
	}
	v.turn(at / 1e9 / statsPeriod)
	v.by[0] += requests
	v.requests += requests
	v.sent += sent
	v.rcvd += rcvd
	v.seen = max(v.seen, at)
}

func (d *Details) dropVirtualHost(now int64) bool {
	oldest := ""
	for name, v := range d.virtual {
		if now-v.seen > virtualHostIdle && (oldest == "" || v.seen < d.virtual[oldest].seen || v.seen == d.virtual[oldest].seen && name < oldest) {
			oldest = name
		}
	}
	delete(d.virtual, oldest)
	return oldest != ""
}

// VirtualHosts lists what was asked of a server by name, as of time at
// (nanoseconds).
func (h *Host) VirtualHosts(at int64) []VirtualHost {
	d := h.Lock()
	defer h.Unlock()
	out := make([]VirtualHost, 0, len(d.Details.virtual))
	for name, v := range d.Details.virtual {
		now := *v
		now.turn(at / 1e9 / statsPeriod)
		out = append(out, VirtualHost{Name: name, Sent: v.sent, Rcvd: v.rcvd, Requests: v.requests, Recent: now.by[1], Before: now.by[2]})
	}
	slices.SortFunc(out, func(a, b VirtualHost) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return out
}

// VirtualHosts is how many names all servers together were asked for.
func (t *Table) VirtualHosts() int { return int(t.virtual.Load()) }
