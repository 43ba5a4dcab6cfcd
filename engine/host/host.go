// Package host holds the table of IP hosts of an interface and what is counted
// for each. It is fed with flow deltas and knows neither packets nor flows.
package host

import (
	"encoding/binary"
	"net/netip"
	"sync"
	"sync/atomic"
	"unsafe"

	"ntopgo/engine/aggregate"
	"ntopgo/engine/counters"
	"ntopgo/engine/mac"
	"ntopgo/engine/memory"
	"ntopgo/engine/prefetch"
)

// Key identifies a host: its address and the VLAN it was seen in.
type Key struct {
	Addr netip.Addr
	VLAN uint16
}

// Host is one IP host. The exported fields are set when it is made and do not
// change; the rest is reached through Update and Snapshot.
type Host struct {
	Key
	Local    bool // in a local network or an address of this machine
	System   bool // an address of this machine
	Group    bool // a multicast or broadcast address: nobody in particular
	rated    bool // AddRate was called since Quiet; guarded by mu
	observed bool // at the end of a file, see Observe; guarded by mu
	Place
	number    uint32 // in its table
	NetworkID int32  // local network id, network.NoID when remote

	member atomic.Pointer[aggregate.Member] // the groups it belongs to; nil once it is forgotten

	flows atomic.Int32  // in the table of flows; a host that has some is not forgotten
	seen  atomic.Uint32 // hostSent, hostHeard

	mu   sync.Mutex
	data Data
}

// Number finds the host in its table for as long as it stays there; 0 for nil.
func (h *Host) Number() uint32 {
	if h == nil {
		return 0
	}
	return h.number
}

// What a host was seen doing.
const (
	hostSent  = 1 << iota // it sent a packet
	hostHeard             // a packet was sent to it
)

// DNSCounters counts DNS messages in one direction.
type DNSCounters struct {
	Queries, RepliesOK, RepliesError           uint64
	A, NS, CNAME, SOA, PTR, MX, TXT, AAAA, Any uint64
	Other                                      uint64
}

// Type is the counter of a query type (RFC 1035 and 3596 numbers).
func (c *DNSCounters) Type(t uint16) *uint64 {
	switch t {
	case 1:
		return &c.A
	case 2:
		return &c.NS
	case 5:
		return &c.CNAME
	case 6:
		return &c.SOA
	case 12:
		return &c.PTR
	case 15:
		return &c.MX
	case 16:
		return &c.TXT
	case 28:
		return &c.AAAA
	case 255:
		return &c.Any
	}
	return &c.Other
}

// Names are the names by which a host is known, by where they come from.
type Names struct {
	MDNS, Resolved, NetBIOS, TLS, HTTP, DHCP string
}

// Best is the name to show, empty when there is none. That of NetBIOS is none: it
// may be a workgroup's or an address.
func (n *Names) Best() string {
	for _, s := range []string{n.DHCP, n.MDNS, n.Resolved, n.HTTP, n.TLS} {
		if s != "" {
			return s
		}
	}
	return ""
}

// Data is what is counted for a host. What holds pointers stands first: the
// garbage collector looks no further than the last of them.
type Data struct {
	Mac *mac.Mac
	*Details
	ICMP   map[ICMPKey]*ICMPCount
	Alerts *Alerts // nil while there was none
	Usual  *Usual  // nil until the first Observe

	DSCP       counters.DSCP
	L7         counters.L7Map
	Categories counters.L7Map

	LastSeen      int64  // nanoseconds
	ActiveSeconds uint64 // seconds with traffic
	active        counters.Seconds
	L4            counters.L4
	Sent, Rcvd    counters.PacketShape
	Throughput    counters.Throughput

	FirstSeen        int64 // nanoseconds
	TCPSent, TCPRcvd counters.TCPIssues
	UDPUnicastSent   uint64 // bytes

	osAt int64 // when the flow began that told OS

	FlowHits [2]Hits // flows that began, by role

	ActiveAsClient, ActiveAsServer int32 // flows in the table now
	TotalAsClient, TotalAsServer   uint64

	RTTms   float64 // last handshake half seen by this host, 0 when none
	rttAt   int64
	rttFlow uint32

	VirtualHosts uint16 // names that a web server was asked for; Snapshot sets it
	OS           OS
	osFrom       OSSource
}

// Details is what only few hosts have: names, and messages of protocols that
// are counted one by one. Those without any share one that is empty.
type Details struct {
	*Messages
	*Requests
	Names    Names
	SYN      string                                         // fingerprint of the first SYN, see dpi.Metadata
	synAt    int64                                          // when its flow began
	contacts *Contacts                                      // nil while there are none
	virtual  map[string]*virtualHost                        // nil while there are none
	shown    *fingerprints                                  // nil while there are none
	from     struct{ mdns, netBIOS, tls, http, dhcp int64 } // when the flows that gave them began
}

// Learn takes over the names of n that are not empty, found in a flow that
// began at time first. The latest flow's names stay, whatever the order.
func (d *Details) Learn(n *Names, first int64) {
	learn(&d.Names.MDNS, &d.from.mdns, n.MDNS, first)
	learn(&d.Names.NetBIOS, &d.from.netBIOS, n.NetBIOS, first)
	learn(&d.Names.TLS, &d.from.tls, n.TLS, first)
	learn(&d.Names.HTTP, &d.from.http, n.HTTP, first)
	learn(&d.Names.DHCP, &d.from.dhcp, n.DHCP, first)
}

// learn puts name in the place of *to, found at time *from, when it is of a later flow.
func learn(to *string, from *int64, name string, first int64) {
	if name != "" && (first > *from || first == *from && name > *to) {
		*to, *from = name, first
	}
}

// Fingerprint takes over the fingerprint of the SYN of a flow that began at time
// first. The earliest one stays, whatever the order.
func (d *Details) Fingerprint(syn string, first int64) {
	if syn != "" && (d.SYN == "" || first < d.synAt) {
		d.SYN, d.synAt = syn, first
	}
}

// Messages counts the DNS messages of a host.
type Messages struct{ DNSSent, DNSRcvd DNSCounters }

var (
	noMessages Messages
	noRequests Requests
	noDetails  = Details{Messages: &noMessages, Requests: &noRequests}
)

// Detail is the host's own Details, for writing.
func (d *Data) Detail() *Details {
	if d.Details == nil || d.Details == &noDetails {
		d.Details = &Details{Messages: &noMessages, Requests: &noRequests}
	}
	return d.Details
}

// Message is the host's own Messages, for writing.
func (d *Data) Message() *Messages {
	if o := d.Detail(); o.Messages == &noMessages {
		o.Messages = memory.New[Messages]()
	}
	return d.Messages
}

// ICMPKey is a message type and code, with the IP version.
type ICMPKey struct {
	Version    uint8
	Type, Code uint8
}

// ICMPCount counts messages of one type.
type ICMPCount struct{ Sent, Rcvd uint64 }

// addrHash is the same in every run, so that estimates are.
func addrHash(a netip.Addr) uint64 {
	b := a.As16()
	h := binary.BigEndian.Uint64(b[:8])*0x9e3779b97f4a7c15 ^ binary.BigEndian.Uint64(b[8:])
	// The finaliser of MurmurHash3 (A. Appleby).
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// Gained is what a host gained by one flow since the flow's gains were last
// passed on, as the host sees it.
type Gained struct {
	Sent, Rcvd *counters.Gain
	// Of the second First (Unix) and the 63 after it, those in which the flow
	// gained anything, and in which its protocol was known: bit n is First+n.
	First              uint32
	Seconds, L7Seconds uint64
	Proto              uint8
	SentTOS, RcvdTOS   uint8
	App, Category      uint16
	// L7 is counted under App and Category; it is no more than the rest until
	// the flow is classified.
	L7       counters.Duplex
	NewL7    bool // the flow is counted under them for the first time
	Unicast  bool // both ends are plain host addresses
	LastSeen int64
	RTT      int64 // this host's half of the handshake in nanoseconds, 0 unknown
	FlowID   uint32
}

// Gain counts what a flow brought.
func (d *Data) Gain(g *Gained) {
	dup := counters.Duplex{Sent: g.Sent.Traffic(), Rcvd: g.Rcvd.Traffic()}
	d.L4.Of(g.Proto).Add(dup)
	d.TCPSent.AddGain(g.Sent)
	d.TCPRcvd.AddGain(g.Rcvd)
	d.Sent.AddGain(g.Sent)
	d.Rcvd.AddGain(g.Rcvd)
	d.DSCP.Count(g.SentTOS>>2, counters.Duplex{Sent: dup.Sent})
	d.DSCP.Count(g.RcvdTOS>>2, counters.Duplex{Rcvd: dup.Rcvd})
	d.L7.Count(g.App, g.L7, g.First, g.L7Seconds, g.NewL7)
	d.Categories.Count(g.Category, g.L7, g.First, g.L7Seconds, g.NewL7)
	const udp = 17
	if g.Proto == udp && g.Unicast {
		d.UDPUnicastSent += dup.Sent.Bytes
	}
	d.LastSeen = max(d.LastSeen, g.LastSeen)
	d.ActiveSeconds += uint64(d.active.Note(g.First, g.Seconds))
	// Of several flows the last one's counts, whatever the order they come in.
	if g.RTT > 0 && (g.LastSeen > d.rttAt || g.LastSeen == d.rttAt && g.FlowID >= d.rttFlow) {
		d.RTTms, d.rttAt, d.rttFlow = float64(g.RTT)/1e6, g.LastSeen, g.FlowID
	}
}

// Begin counts a flow that began at time first (nanoseconds). m is
// the station it came through; the earliest flow decides which one the host's
// is, so that it does not matter which shard is first. It says whether that is
// another one than before.
func (d *Data) Begin(asClient bool, m *mac.Mac, first int64) (moved bool) {
	d.count(asClient, 1)
	d.FlowHits[roleOf(asClient)].Note(first / 1e9)
	if first >= d.FirstSeen {
		return false
	}
	d.FirstSeen = first
	if m == nil || m == d.Mac {
		return false
	}
	if d.Mac != nil {
		d.Mac.Update(func(o *mac.Data) { o.Hosts-- })
	}
	m.Update(func(o *mac.Data) { o.Hosts++ })
	d.Mac = m
	return true
}

// Turn counts a flow that was counted before with the roles of its ends exchanged;
// asClient is the host's role from now on. As in the original it is one of the
// flows so far in both roles.
func (d *Data) Turn(asClient bool) {
	d.count(asClient, 1)
	if asClient {
		d.ActiveAsServer--
	} else {
		d.ActiveAsClient--
	}
}

func roleOf(asClient bool) int {
	if asClient {
		return AsClient
	}
	return AsServer
}

func (d *Data) count(asClient bool, n int) {
	if asClient {
		d.ActiveAsClient += int32(n)
		d.TotalAsClient += uint64(n)
	} else {
		d.ActiveAsServer += int32(n)
		d.TotalAsServer += uint64(n)
	}
}

// ICMPCount is the counter of message type k.
func (d *Data) ICMPCount(k ICMPKey) *ICMPCount {
	if d.ICMP == nil {
		d.ICMP = map[ICMPKey]*ICMPCount{}
	}
	c := d.ICMP[k]
	if c == nil {
		c = &ICMPCount{}
		d.ICMP[k] = c
	}
	return c
}

// Lock gives the data for writing until Unlock: Update without a closure.
func (h *Host) Lock() *Data {
	h.mu.Lock()
	return &h.data
}

// Unlock ends what Lock began.
func (h *Host) Unlock() { h.mu.Unlock() }

// Prefetch asks for the parts of the host that Gain will most likely change. h may
// be nil, here and in the next two.
func (h *Host) Prefetch() {
	if h == nil {
		return
	}
	d := &h.data
	prefetch.Lines(unsafe.Pointer(&h.mu), 1)
	prefetch.Lines(unsafe.Pointer(&d.DSCP), prefetch.LinesOf(unsafe.Offsetof(d.Throughput)-unsafe.Offsetof(d.DSCP))) // to the end of Rcvd
}

// PrefetchMore asks for what Prefetch could not see: counters that lie apart.
func (h *Host) PrefetchMore() {
	if h == nil {
		return
	}
	h.mu.Lock()
	h.data.L7.Prefetch()
	h.data.Categories.Prefetch()
	h.mu.Unlock()
}

// PrefetchBegin asks for the parts that a flow changes when it begins, which are
// those that Observe looks at.
func (h *Host) PrefetchBegin() {
	if h == nil {
		return
	}
	d := &h.data
	prefetch.Lines(unsafe.Pointer(&h.mu), 2)
	prefetch.Lines(unsafe.Pointer(&d.FirstSeen), 1)
	prefetch.Lines(unsafe.Pointer(&d.ActiveAsClient), 1)
}

// PrefetchDetails asks for what lies apart and is changed where a flow tells names or
// messages, PrefetchMessages, some time later, for what lies behind that.
func (h *Host) PrefetchDetails() {
	if h == nil {
		return
	}
	h.mu.Lock()
	d := h.data.Details
	h.mu.Unlock()
	if d != &noDetails {
		prefetch.Lines(unsafe.Pointer(d), prefetch.LinesOf(unsafe.Sizeof(*d)))
	}
}

// PrefetchMessages is described at PrefetchDetails.
func (h *Host) PrefetchMessages() {
	if h == nil {
		return
	}
	h.mu.Lock()
	m, r := h.data.Messages, h.data.Requests
	h.mu.Unlock()
	if m != &noMessages {
		prefetch.Lines(unsafe.Pointer(m), prefetch.LinesOf(unsafe.Sizeof(*m)))
	}
	if r != &noRequests {
		prefetch.Lines(unsafe.Pointer(r), prefetch.LinesOf(unsafe.Sizeof(*r)))
	}
}

// Gain counts what a flow brought.
func (h *Host) Gain(g *Gained) {
	h.mu.Lock()
	h.data.Gain(g)
	h.mu.Unlock()
}

// AddRate adds a flow's traffic of the last second, and of the one before, to
// the host's rates. It says whether it is the first since Quiet.
func (h *Host) AddRate(now, before counters.Traffic) (first bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	first, h.rated = !h.rated, true
	if first {
		h.data.Throughput = counters.Throughput{}
	}
	h.data.Throughput.AddSecond(now, before)
	return first
}

// Quiet sets the rates to zero and their trend to trend.
func (h *Host) Quiet(trend counters.Trend) {
	h.mu.Lock()
	h.data.Throughput = counters.Throughput{Bytes: counters.Rate{Trend: trend}, Packets: counters.Rate{Trend: trend}}
	h.rated = false
	h.mu.Unlock()
}

// Join and Leave tell the host of a flow that begins and ends.
func (h *Host) Join() { h.flows.Add(1) }

// Leave is described at Join.
func (h *Host) Leave() { h.flows.Add(-1) }

// Update changes the data under the lock.
func (h *Host) Update(f func(d *Data)) {
	h.mu.Lock()
	f(&h.data)
	h.mu.Unlock()
}

// Snapshot copies everything.
func (h *Host) Snapshot() Data {
	h.mu.Lock()
	defer h.mu.Unlock()
	d := h.data
	d.L7 = h.data.L7.Clone()
	d.Categories = h.data.Categories.Clone()
	d.DSCP = h.data.DSCP.Clone()
	if d.Usual != nil {
		u := *d.Usual
		d.Usual = &u
	} else if h.observed {
		d.Usual = d.once()
	}
	details, messages, requests := *h.data.Details, *h.data.Messages, *h.data.Requests
	details.Messages, details.Requests = &messages, &requests
	details.contacts, details.virtual, details.shown = nil, nil, nil
	d.VirtualHosts = uint16(len(h.data.Details.virtual)) // at most maxVirtualHosts
	d.Details = &details
	if d.Alerts != nil {
		a := *d.Alerts
		d.Alerts = &a
	}
	if h.data.ICMP != nil {
		d.ICMP = make(map[ICMPKey]*ICMPCount, len(h.data.ICMP))
		for k, v := range h.data.ICMP {
			c := *v
			d.ICMP[k] = &c
		}
	}
	return d
}

// Traffic is all that the host sent and got.
func (d *Data) Traffic() counters.Duplex {
	sum := d.L4.TCP
	sum.Add(d.L4.UDP)
	sum.Add(d.L4.ICMP)
	sum.Add(d.L4.Other)
	return sum
}

// UDPOtherSent are the bytes of UDP to groups and broadcast.
func (d *Data) UDPOtherSent() uint64 { return d.L4.UDP.Sent.Bytes - d.UDPUnicastSent }

// RxOnly says whether the host was only ever spoken to.
func (d *Data) RxOnly() bool {
	all := d.Traffic()
	return all.Sent.Packets == 0 && all.Rcvd.Packets > 0
}

// Broadcast says whether the address is the limited broadcast or the last
// address of local prefix p (IPv4).
func Broadcast(a netip.Addr, p netip.Prefix) bool {
	if !a.Is4() {
		return false
	}
	b := a.As4()
	if b == [4]byte{255, 255, 255, 255} {
		return true
	}
	if !p.IsValid() || !p.Addr().Is4() || p.Bits() >= 31 || !p.Contains(a) {
		return false
	}
	n := p.Masked().Addr().As4()
	host := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	base := uint32(n[0])<<24 | uint32(n[1])<<16 | uint32(n[2])<<8 | uint32(n[3])
	return host == base|(1<<(32-p.Bits())-1)
}
