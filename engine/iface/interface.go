package iface

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"ntopgo/engine/aggregate"
	"ntopgo/engine/behaviour"
	"ntopgo/engine/capture"
	"ntopgo/engine/checks"
	"ntopgo/engine/counters"
	"ntopgo/engine/dpi"
	"ntopgo/engine/flow"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
	"ntopgo/engine/network"
	"ntopgo/engine/policy"
	"ntopgo/engine/prefetch"
	"ntopgo/engine/profile"
)

// Interface is a packet source with everything derived from it. Its methods
// may be called from any goroutine.
type Interface struct {
	cfg    Config
	source capture.Source
	info   capture.Info
	dpi    *dpi.Engine
	nets   *network.Set
	shards []*shard
	hosts  *host.Table
	macs   *mac.Table
	seed   uint64 // of the hashes of flows

	_        prefetch.Apart // what stands before is read for each packet
	limit    flow.Limit
	_        prefetch.Apart // that changes with each new flow
	rated    []*mac.Mac     // stations with rates to derive; of who ends a second
	tickAt   int64          // when the previous roll-up ended; likewise
	nextFlow uint32         // number of the next flow; likewise
	dealt    atomic.Uint64  // packets and reports of flows so far, which gives each its place

	uses     []behaviour.Use // memory of who ends a second
	services *behaviour.Services
	periodic *behaviour.Periodicities

	seconds, synced atomic.Uint64 // roll-ups that were made, and that sync has seen
	syncing         sync.Mutex    // guards what follows
	ratedHosts      []*host.Host  // hosts with a rate
	ratedGroups     []*aggregate.Group
	ratedBefore     bool // hosts had rates since the start: those of others are unknown anyway

	mu         sync.Mutex // guards what follows
	total      Counters
	resetBase  Counters
	throughput counters.Throughput
	ingress    counters.Throughput
	egress     counters.Throughput
	history    history
	domains    domains
	dropped    map[flowID]bool
	quotaBase  map[host.Key]*used // what members of pools had used when their quotas were reset
	readErr    error
	started    bool

	lastPacket atomic.Int64 // nanoseconds, packet time
	seenVLAN   atomic.Bool
	seenMAC    atomic.Bool
	finished   atomic.Bool // the source has ended and everything read is counted
	panics     atomic.Uint64
	idle       atomic.Bool
	flowIdle   atomic.Int64 // nanoseconds
	obs        struct {
		mu        sync.Mutex
		points    map[uint16]*ObsPoint
		exporters map[uint32]*exporter
	}
	checks         atomic.Pointer[checks.Set]    // nil: none
	taps           atomic.Pointer[[MaxTaps]*Tap] // nil while there are none
	tapping        sync.Mutex                    // of the reader that offers frames to the taps
	profiles       atomic.Pointer[profile.Set]   // nil while there are none
	acl            policy.ACL
	rules          atomic.Pointer[policy.Rules] // nil while there are none
	policyChanges  atomic.Uint64
	scale          atomic.Int32 // see SetScale
	flowsOnly      atomic.Bool
	observedAt     int64            // seconds, see observeHosts
	anomalies      [2]atomic.Uint64 // of local and remote hosts
	externalAlerts atomic.Bool

	_       prefetch.Apart
	alerted alerted // changes with each alert of a flow
	_       prefetch.Apart

	cancel context.CancelFunc
	done   chan struct{}
}

// New prepares an interface; Start makes it read.
func New(cfg Config, deps Deps) (*Interface, error) {
	cfg, err := cfg.withDefaults(deps)
	if err != nil {
		return nil, err
	}
	i := &Interface{cfg: cfg, source: deps.Source, info: deps.Source.Info(), dpi: deps.DPI, nets: deps.Nets,
		hosts: host.NewTable(max(cfg.MaxHosts, 0), deps.Nets, deps.Locate), macs: mac.NewTable(), done: make(chan struct{}), seed: rand.Uint64()}
	i.limit.Max = int64(max(cfg.MaxFlows, 0))
	i.services = behaviour.NewServices(max(cfg.MaxFlows/mapShare, 0))
	i.periodic = behaviour.NewPeriodicities(max(cfg.MaxFlows/mapShare, 0))
	i.flowIdle.Store(int64(cfg.FlowIdle))
	for n := 0; n < cfg.Shards; n++ {
		i.shards = append(i.shards, newShard(i, n))
	}
	return i, nil
}

// Start begins to read until the source ends, ctx is done or Close is called.
func (i *Interface) Start(ctx context.Context) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.started {
		return
	}
	i.started = true
	ctx, i.cancel = context.WithCancel(ctx)
	go i.run(ctx)
}

// Done is closed when the source has ended and everything read is counted.
func (i *Interface) Done() <-chan struct{} { return i.done }

// Close stops reading and waits until what was read is counted.
func (i *Interface) Close() error {
	i.mu.Lock()
	started, cancel := i.started, i.cancel
	i.mu.Unlock()
	err := i.source.Close()
	if started {
		cancel()
		<-i.done
	}
	return err
}

// ID is the persistent interface id.
func (i *Interface) ID() int { return i.cfg.ID }

// Name is the interface's name as shown.
func (i *Interface) Name() string { return i.cfg.Name }

// Info describes the source.
func (i *Interface) Info() capture.Info { return i.info }

// Classifier is the protocol tables and dissectors in use.
func (i *Interface) Classifier() *dpi.Engine { return i.dpi }

// Networks are the local networks.
func (i *Interface) Networks() *network.Set { return i.nets }

// Live says whether packets, or the flows that are collected, arrive in wall time.
func (i *Interface) Live() bool { return i.info.Kind == capture.KindLive || i.Collects() }

// Collects says whether the interface gets flows, not packets.
func (i *Interface) Collects() bool { return i.info.Kind.Collects() }

// Loading says whether a file is still being read.
func (i *Interface) Loading() bool { return i.info.Kind == capture.KindFile && !i.finished.Load() }

// Err is what ended the source before its time, nil otherwise.
func (i *Interface) Err() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.readErr
}

// SeenVLAN and SeenMAC say whether a tagged frame, or a layer-2 address, was
// ever seen.
func (i *Interface) SeenVLAN() bool { return i.seenVLAN.Load() }

// SeenMAC is described at SeenVLAN.
func (i *Interface) SeenMAC() bool { return i.seenMAC.Load() }

// Now is the time by which this interface lives: wall time for live sources,
// the last packet's time for files that were read in part or whole.
func (i *Interface) Now() time.Time {
	if i.info.Kind == capture.KindFile {
		if t := i.lastPacket.Load(); t != 0 {
			return time.Unix(0, t)
		}
	}
	return time.Now()
}

// Stats is a copy of everything the interface counts.
type Stats struct {
	Counters
	SinceReset                  Counters
	Source                      capture.Stats
	Flows, Hosts, LocalHosts    int // without group addresses
	HostEntries                 int // with them
	RxOnlyHosts                 int
	RxOnlyLocalHosts            int
	MACs, Devices               int
	VirtualHosts                int // names that local web servers were asked for
	FlowsRefused, HostsRefused  uint64
	Throughput, Ingress, Egress counters.Throughput
	LastPacket                  int64 // nanoseconds, 0 before the first
	SeenVLAN, SeenMAC           bool
	MaxFlows, MaxHosts          int
	Collected                   bool // the traffic is of flows that were reported
}

// Stats copies the counters as of the last roll-up.
func (i *Interface) Stats() Stats {
	i.mu.Lock()
	s := Stats{Counters: i.total.clone(), SinceReset: i.total.since(&i.resetBase),
		Throughput: i.throughput, Ingress: i.ingress, Egress: i.egress}
	i.mu.Unlock()
	s.Source = i.source.Stats()
	s.Flows, s.FlowsRefused = i.limit.Len()
	s.HostEntries, s.HostsRefused = i.hosts.Len()
	s.Hosts = s.HostEntries - i.hosts.Groups()
	s.LocalHosts, s.RxOnlyHosts, s.RxOnlyLocalHosts = i.hosts.Kinds()
	s.MACs, s.Devices = i.macs.Len()
	s.VirtualHosts = i.hosts.VirtualHosts()
	s.LastPacket = i.lastPacket.Load()
	s.SeenVLAN, s.SeenMAC = i.seenVLAN.Load(), i.seenMAC.Load()
	s.MaxFlows, s.MaxHosts = i.cfg.MaxFlows, i.cfg.MaxHosts
	s.Collected = i.Collects()
	return s
}

// ResetCounters makes SinceReset begin now.
func (i *Interface) ResetCounters() {
	i.mu.Lock()
	i.resetBase = i.total.clone()
	i.mu.Unlock()
}

// since is the traffic totals of c beyond base; the rest stays zero.
func (c *Counters) since(base *Counters) Counters {
	return Counters{Total: c.Total.Sub(base.Total), Ingress: c.Ingress.Sub(base.Ingress), Egress: c.Egress.Sub(base.Egress)}
}

// Host finds a host, or nil. What it counts is as of the last roll-up, as for
// all that follow.
func (i *Interface) Host(k host.Key) *host.Host {
	i.sync()
	return i.hosts.Find(k)
}

// Hosts lists the hosts in no order.
func (i *Interface) Hosts() []*host.Host {
	i.sync()
	return i.hosts.All()
}

// MACs lists the layer-2 addresses in no order.
func (i *Interface) MACs() []*mac.Mac {
	i.sync()
	return i.macs.All()
}

// MAC finds a layer-2 address, or nil.
func (i *Interface) MAC(a mac.Addr) *mac.Mac {
	i.sync()
	return i.macs.Find(a)
}

// History copies the traffic per second of the last hour of interface time,
// oldest first.
func (i *Interface) History() []Point {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.history.points()
}

// ResetHost sets what is counted for h to zero; with forget, what it is called
// goes too.
func (i *Interface) ResetHost(h *host.Host, forget bool) {
	i.sync() // what was gained so far is forgotten too
	i.hosts.Reset(h, forget, i.Now().UnixNano())
}
