package collect

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"ntopgo/engine/flow"
	"ntopgo/engine/zmq"
)

// Config is what a collector needs.
type Config struct {
	// Flow takes a flow; it says whether there was room for it.
	Flow func(*flow.Report) bool
	// Options are read for each message; nil: none is set.
	Options func() Options
	// Store keeps what probes tell for scripts under keys of the store; nil: nothing
	// is kept. value is JSON.
	Store Store
	// Idle is told after which time flows are over, whenever a probe tells its
	// timeouts; nil: nobody is.
	Idle func(time.Duration)
	// Hello is called when a probe asks for what the user told about blocked
	// hosts; nil: nobody is.
	Hello func()
	// Logf takes a line about a message that is not understood, one of each kind;
	// nil: nothing.
	Logf func(format string, args ...any)
	// Now is the clock; nil: the machine's.
	Now func() time.Time
}

// Store keeps what probes tell for scripts.
type Store interface {
	// InterfaceNames are the names of the interfaces of an exporter, by index.
	InterfaceNames(exporter, json string)
	// ValueName is what a value of an element means, such as an application.
	ValueName(f Field, value uint32, json string)
}

// Stats counts what was received.
type Stats struct {
	Flows, DroppedFlows, Events, Counters, Templates, Options, Hellos, Ports, Interfaces uint64
	Messages, LostMessages                                                               uint64
	Refused                                                                              uint64 // messages that are none of a probe's
}

// ListeningPort is a port on which a process of a host waits.
type ListeningPort struct{ Process, Package string }

// ListeningPorts are those of a host, by number.
type ListeningPorts struct{ TCP4, TCP6, UDP4, UDP6 map[uint16]ListeningPort }

// maxListening bounds the hosts whose ports are remembered, and the ports of each.
const maxListening = 1 << 12

// Collector understands the messages of probes. Handle is called by one goroutine
// at a time, everything else by any.
type Collector struct {
	cfg   Config
	names *Names
	begun time.Time

	mu        sync.Mutex // guards what follows
	stats     Stats
	base      Stats // at the last reset
	last      map[uint32]heard
	probes    map[uint32]*Probe
	ports     map[port]*Counters
	listening map[netip.Addr]ListeningPorts
	sampled   bool
	told      map[string]bool // kinds of bad messages that were logged
	exported  uint64          // flows that the probes had exported when counting began

	agents atomic.Bool // an agent was heard
}

// heard is the last message of a source.
type heard struct {
	at time.Time
	id uint32
}

// New makes a collector.
func New(cfg Config) *Collector {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logf == nil {
		cfg.Logf = func(string, ...any) {}
	}
	return &Collector{cfg: cfg, names: newNames(), begun: cfg.Now(), last: map[uint32]heard{}, probes: map[uint32]*Probe{},
		ports: map[port]*Counters{}, listening: map[netip.Addr]ListeningPorts{}, told: map[string]bool{}}
}

// Handle takes one message. endpoint is where it came from.
func (c *Collector) Handle(_ int, e zmq.Envelope) {
	now := c.cfg.Now()
	lost := c.arrived(e, now)
	var err error
	switch {
	case e.Topic == "":
	case e.Topic[0] == 'f':
		err = c.flows(e)
	case e.Topic[0] == 'e':
		err = c.event(e, now, !lost && now.Sub(c.begun) > 5*time.Second) // old messages may come first
	case e.Topic[0] == 'c':
		err = c.counters(e)
	case e.Topic[0] == 't':
		err = c.template(e)
	case e.Topic[0] == 'o':
		err = c.option(e)
	case e.Topic[0] == 'h':
		c.count(&c.stats.Hellos, 1)
		if c.cfg.Hello != nil {
			c.cfg.Hello()
		}
	case e.Topic[0] == 'l':
		err = c.listens(e)
	case e.Topic[0] == 's':
		err = c.interfaces(e)
	}
	if err != nil {
		c.bad(e.Topic, err)
	}
}

// arrived counts a message and those that were lost before it; it says whether
// any was ever lost.
func (c *Collector) arrived(e zmq.Envelope, now time.Time) (lost bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Messages++
	before, known := c.last[e.Source]
	if known && e.ID > before.id+1 {
		c.stats.LostMessages += uint64(e.ID - before.id - 1)
	}
	if known || len(c.last) < maxProbes {
		c.last[e.Source] = heard{now, e.ID}
	}
	for source, h := range c.last {
		if now.Sub(h.at) > probeIdle {
			delete(c.last, source)
		}
	}
	return c.stats.LostMessages > 0
}

func (c *Collector) count(n *uint64, by uint64) {
	c.mu.Lock()
	*n += by
	c.mu.Unlock()
}

// Refuse counts a message that is not in the framing of probes.
func (c *Collector) Refuse(err error) {
	c.count(&c.stats.Refused, 1)
	c.bad("framing", err)
}

// bad logs the first message of a kind that is not understood.
func (c *Collector) bad(kind string, err error) {
	c.mu.Lock()
	first := !c.told[kind] && len(c.told) < 32
	if first {
		c.told[kind] = true
	}
	c.mu.Unlock()
	if first {
		c.cfg.Logf("a message of a probe (%.32q) is not understood, an outdated or encrypting probe? %v", kind, err)
	}
}

func (c *Collector) flows(e zmq.Envelope) error {
	opts := Options{}
	if c.cfg.Options != nil {
		opts = c.cfg.Options()
	}
	if e.TLV {
		return eachRecord(e.Body, func(items []item) { c.flow(c.fromItems(items, opts)) })
	}
	x, err := decodeJSON(e.Body)
	if err != nil {
		return err
	}
	list, many := x.([]any)
	if !many {
		list = []any{x}
	}
	for _, x := range list {
		o, ok := x.(map[string]any)
		if !ok {
			return errors.New("no JSON object")
		}
		c.flow(c.fromObject(o, opts))
	}
	return nil
}

// flow hands a flow on.
func (c *Collector) flow(r *record) {
	n, ok := r.finish(c.cfg.Now())
	if ok {
		if r.agent {
			c.agents.Store(true)
		}
		ok = c.cfg.Flow(n)
	}
	if ok {
		c.count(&c.stats.Flows, 1)
	} else {
		c.count(&c.stats.DroppedFlows, 1)
	}
}

func (c *Collector) fromItems(items []item, opts Options) *record {
	r := &record{opts: opts}
	for i := range items {
		it := &items[i]
		key, f, ok := it.name, Field{penNone, it.id}, true
		if key == "" {
			key = fmt.Sprint(it.id)
		} else if f, ok = c.names.Find(key); key == "json" {
			r.nested(it.value.json())
			continue
		}
		if !ok || !r.set(f, it.value) {
			r.add(key, it.value.json())
		}
	}
	return r
}

func (c *Collector) fromObject(o map[string]any, opts Options) *record {
	r := &record{opts: opts}
	for _, key := range slices.Sorted(maps.Keys(o)) { // the order of a JSON object means nothing
		x := o[key]
		if key == "json" {
			r.nested(x)
			continue
		}
		f, ok := c.names.Find(key)
		v, plain := fromJSON(x)
		switch {
		case ok && plain && r.set(f, v):
		case !ok && r.setAgent(key, x):
		default:
			r.add(key, x)
		}
	}
	return r
}

// nested takes over fields that another ntopng had no place for.
func (r *record) nested(x any) {
	if text, is := x.(string); is {
		x, _ = decodeJSON([]byte(text)) // what is no JSON is nothing
	}
	o, _ := x.(map[string]any)
	for key, x := range o {
		if v, plain := fromJSON(x); plain {
			r.add(key, fmt.Sprint(v.json()))
		}
	}
}

func jsonObject(b []byte) (map[string]any, error) {
	x, err := decodeJSON(b)
	if err != nil {
		return nil, err
	}
	o, ok := x.(map[string]any)
	if !ok {
		return nil, errors.New("no JSON object")
	}
	return o, nil
}

func (c *Collector) event(e zmq.Envelope, now time.Time, compare bool) error {
	o, err := jsonObject(e.Body)
	c.count(&c.stats.Events, 1)
	if err != nil {
		return err
	}
	p := parseProbe(o, e.Source, now, compare)
	if drift := p.LocalTime - p.RemoteTime; drift >= 10 || drift <= -10 {
		c.bad("clock", fmt.Errorf("the clock of probe %s differs by %d seconds", p.IP, drift))
	}
	c.mu.Lock()
	if _, known := c.probes[e.Source]; known || len(c.probes) < maxProbes {
		c.probes[e.Source] = &p
	}
	for source, old := range c.probes {
		if now.Sub(time.Unix(old.LastUpdate, 0)) > statsIdle {
			delete(c.probes, source)
		}
	}
	if c.exported == 0 || p.FlowsExported < c.exported { // the probe began anew
		c.exported = p.FlowsExported
	}
	c.sampled = c.sampled || p.SFlowSamples > 0
	idle := time.Duration(0)
	for _, p := range c.probes {
		idle = max(idle, p.FlowIdle())
	}
	c.mu.Unlock()
	if c.cfg.Idle != nil {
		c.cfg.Idle(idle)
	}
	return nil
}

func (c *Collector) counters(e zmq.Envelope) error {
	c.count(&c.stats.Counters, 1)
	if e.TLV {
		return eachRecord(e.Body, func(items []item) { c.sample(countersFromItems(items)) })
	}
	o, err := jsonObject(e.Body)
	if err == nil {
		c.sample(countersFromJSON(o))
	}
	return err
}

func (c *Collector) sample(n Counters) {
	k := port{n.Device, n.Index, n.Name}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !n.Device.IsValid() {
		return
	}
	if old := c.ports[k]; old != nil {
		old.update(n)
	} else if len(c.ports) < maxPorts {
		c.ports[k] = &n
	}
}

func (c *Collector) template(e zmq.Envelope) error {
	c.count(&c.stats.Templates, 1)
	x, err := decodeJSON(e.Body)
	if err != nil {
		return err
	}
	list, ok := x.([]any)
	if !ok {
		return errors.New("no JSON list")
	}
	for _, x := range list {
		o, _ := x.(map[string]any)
		if name := member(o, "name").text; name != "" {
			c.names.learn(name, Field{member(o, "PEN").u32(), member(o, "field").u32()}, member(o, "descr").text)
		}
	}
	return nil
}

// option takes what a value of an element means.
func (c *Collector) option(e zmq.Envelope) error {
	c.count(&c.stats.Options, 1)
	o, err := jsonObject(e.Body)
	if err != nil {
		return err
	}
	_, hasField := o["field"]
	_, hasValue := o["value"]
	if means, ok := o["map"]; ok && hasField && hasValue && c.cfg.Store != nil {
		b, err := json.Marshal(means)
		if err != nil {
			return err
		}
		c.cfg.Store.ValueName(Field{member(o, "PEN").u32(), member(o, "field").u32()}, member(o, "value").u32(), string(b))
	}
	return nil
}

// listens takes the ports on which the processes of a host wait.
func (c *Collector) listens(e zmq.Envelope) error {
	c.count(&c.stats.Ports, 1)
	o, err := jsonObject(e.Body)
	if err != nil {
		return err
	}
	p := object(o, "listening-ports")
	if p == nil {
		return nil
	}
	ports := ListeningPorts{TCP4: listening(p["tcp4"]), TCP6: listening(p["tcp6"]), UDP4: listening(p["udp4"]), UDP6: listening(p["udp6"])}
	hosts, _ := o["ip-addresses"].([]any)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, h := range hosts {
		text, _ := h.(string)
		a, err := netip.ParseAddr(text)
		if _, known := c.listening[a]; err == nil && (known || len(c.listening) < maxListening) {
			c.listening[a] = ports
		}
	}
	return nil
}

func listening(x any) map[uint16]ListeningPort {
	list, _ := x.([]any)
	out := map[uint16]ListeningPort{}
	for _, x := range list {
		o, _ := x.(map[string]any)
		if n := member(o, "port").u16(); n != 0 && len(out) < maxListening {
			out[n] = ListeningPort{Process: member(o, "proc").text, Package: member(o, "pkg").text}
		}
	}
	return out
}

func (c *Collector) interfaces(e zmq.Envelope) error {
	c.count(&c.stats.Interfaces, 1)
	o, err := jsonObject(e.Body)
	if err != nil || c.cfg.Store == nil {
		return err
	}
	for exporter, x := range o {
		b, err := json.Marshal(x)
		if err != nil {
			return err
		}
		c.cfg.Store.InterfaceNames(exporter, string(b))
	}
	return nil
}

// Names are the information elements that the collector knows.
func (c *Collector) Names() *Names { return c.names }

// Stats is what was received, in all and since the last reset.
func (c *Collector) Stats() (all, sinceReset Stats) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, b := c.stats, c.base
	return a, Stats{a.Flows - b.Flows, a.DroppedFlows - b.DroppedFlows, a.Events - b.Events, a.Counters - b.Counters,
		a.Templates - b.Templates, a.Options - b.Options, a.Hellos - b.Hellos, a.Ports - b.Ports, a.Interfaces - b.Interfaces,
		a.Messages - b.Messages, a.LostMessages - b.LostMessages, a.Refused - b.Refused}
}

// Reset makes the counting since the last reset begin now; with dropsOnly that of
// what was lost.
func (c *Collector) Reset(dropsOnly bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if dropsOnly {
		c.base.DroppedFlows, c.base.LostMessages = c.stats.DroppedFlows, c.stats.LostMessages
	} else {
		c.base = c.stats
	}
}

// Probes are what the probes said last of themselves, by source, and how many
// flows they had exported when counting began.
func (c *Collector) Probes() (list []Probe, exportedBefore uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.probes {
		list = append(list, *p)
	}
	slices.SortFunc(list, func(a, b Probe) int { return cmp.Compare(a.Source, b.Source) })
	return list, c.exported
}

// ActiveProbes is how many sources sent something lately.
func (c *Collector) ActiveProbes() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.last)
}

// Devices are the counters of all interfaces of sFlow agents, by agent and index.
func (c *Collector) Devices() []Counters {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []Counters
	for _, p := range c.ports {
		list = append(list, *p)
	}
	slices.SortFunc(list, func(a, b Counters) int {
		return cmp.Or(a.Device.Compare(b.Device), cmp.Compare(a.Index, b.Index), cmp.Compare(a.Name, b.Name))
	})
	return list
}

// Listening are the ports of a host that an agent told about.
func (c *Collector) Listening(a netip.Addr) (p ListeningPorts, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok = c.listening[a]
	return p, ok
}

// Sampled says that flows are made of samples of the traffic.
func (c *Collector) Sampled() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sampled
}

// HasAgents says that an agent on a host told about processes.
func (c *Collector) HasAgents() bool { return c.agents.Load() }
