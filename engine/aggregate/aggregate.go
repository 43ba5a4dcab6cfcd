// Package aggregate sums the traffic of hosts that have something in common:
// their autonomous system, country, operating system, pool, VLAN, local network
// or observation point. It is fed with what flows gained, never with packets, and
// knows neither hosts nor flows.
package aggregate

import (
	"sync"

	"ntopgo/engine/counters"
)

// Kind is what the hosts of a group have in common.
type Kind uint8

// Kinds of groups, and what their ids are.
const (
	AS               Kind = iota // number of the autonomous system, 0 unknown
	Country                      // two letters of ISO 3166, the first in the high byte; see CountryID
	System                       // operating system as the hosts number it
	Pool                         // pool of hosts, 0 the default one
	VLAN                         // VLAN id
	Network                      // local network
	ObservationPoint             // where an exporter saw the flow
	kinds
)

// Kinds is how many kinds there are.
const Kinds = int(kinds)

// hasProtocols says whether anybody asks what protocols such groups speak.
func (k Kind) hasProtocols() bool { return k != Country && k != Network }

// None is the id of no group.
const None = ^uint32(0)

// CountryID is the id of a country by its two letters; None without any.
func CountryID(code [2]byte) uint32 {
	if code == ([2]byte{}) {
		return None
	}
	return uint32(code[0])<<8 | uint32(code[1])
}

// CountryCode is the letters of an id.
func CountryCode(id uint32) string { return string([]byte{byte(id >> 8), byte(id)}) }

// Key names a group.
type Key struct {
	Kind Kind
	ID   uint32
}

// Sum is what the members of a group did together, mergeable with Add.
type Sum struct {
	// Traffic is that of flows that leave the group, and with it as sent what stays
	// inside where that is counted at all: see Share.
	Traffic        counters.Duplex
	Inner          counters.Traffic
	Broadcast      Border         // bytes to broadcast addresses
	L7, Categories counters.L7Map // not of countries and networks; categories of pools only
	TCPSent        counters.TCPIssues
	TCPRcvd        counters.TCPIssues
	TCPInner       counters.TCPIssues

	Flows     uint64 // recognised ones
	RTTs      uint64 // handshakes
	RTT       int64  // sum of the members' halves of them in nanoseconds
	FirstSeen int64  // nanoseconds, of the members' first flow
	LastSeen  int64

	ActiveSeconds uint64 // seconds with traffic; of pools only
	active        counters.Seconds

	// By the role of the member in the flow.
	Scores                           [2][ScoreKinds]int64 // as client and as server
	Scored                           bool                 // there was ever a score
	AlertedAsClient, AlertedAsServer uint64               // flows

	Throughput counters.Throughput
}

// ScoreKinds are network and security, by ntopng's numbers.
const ScoreKinds = 2

// ScoreAsClient is the sum of the members' scores as clients.
func (s *Sum) ScoreAsClient() int64 { return s.Scores[0][0] + s.Scores[0][1] }

// ScoreAsServer is the sum of the members' scores as servers.
func (s *Sum) ScoreAsServer() int64 { return s.Scores[1][0] + s.Scores[1][1] }

// Border splits bytes by whether they came in, went out or stayed inside.
type Border struct{ Ingress, Egress, Inner uint64 }

// Add merges o into s. Rates add up, their trends do not: the sum's is unknown.
func (s *Sum) Add(o *Sum) {
	s.Traffic.Add(o.Traffic)
	s.Inner.Add(o.Inner)
	s.Broadcast.Ingress += o.Broadcast.Ingress
	s.Broadcast.Egress += o.Broadcast.Egress
	s.Broadcast.Inner += o.Broadcast.Inner
	s.L7.Add(&o.L7)
	s.Categories.Add(&o.Categories)
	s.TCPSent.Add(o.TCPSent)
	s.TCPRcvd.Add(o.TCPRcvd)
	s.TCPInner.Add(o.TCPInner)
	s.Flows += o.Flows
	s.RTTs += o.RTTs
	s.RTT += o.RTT
	if s.FirstSeen == 0 || o.FirstSeen != 0 && o.FirstSeen < s.FirstSeen {
		s.FirstSeen = o.FirstSeen
	}
	s.LastSeen = max(s.LastSeen, o.LastSeen)
	s.ActiveSeconds = max(s.ActiveSeconds, o.ActiveSeconds) // they may be the same ones
	for role := range s.Scores {
		for kind := range s.Scores[role] {
			s.Scores[role][kind] += o.Scores[role][kind]
		}
	}
	s.Scored = s.Scored || o.Scored
	s.AlertedAsClient += o.AlertedAsClient
	s.AlertedAsServer += o.AlertedAsServer
	s.Throughput = counters.Throughput{Bytes: counters.Rate{Value: s.Throughput.Bytes.Value + o.Throughput.Bytes.Value},
		Packets: counters.Rate{Value: s.Throughput.Packets.Value + o.Throughput.Packets.Value}}
}

// ResetTraffic begins the count of traffic and protocols anew.
func (g *Group) ResetTraffic() {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := &g.sum
	s.Traffic, s.Inner, s.Broadcast = counters.Duplex{}, counters.Traffic{}, Border{}
	s.L7, s.Categories, s.ActiveSeconds = counters.L7Map{}, counters.L7Map{}, 0
	s.TCPSent, s.TCPRcvd, s.TCPInner = counters.TCPIssues{}, counters.TCPIssues{}, counters.TCPIssues{}
}

// Egress is what left the group.
func (s *Sum) Egress() counters.Traffic { return s.Traffic.Sent.Sub(s.Inner) }

// MeanRTT is the mean of the members' halves of handshakes in nanoseconds, 0
// without any.
func (s *Sum) MeanRTT() int64 {
	if s.RTTs == 0 {
		return 0
	}
	return s.RTT / int64(s.RTTs)
}

// Gained is what a flow gained since its gains were last passed on, as one of
// its ends sees it.
type Gained struct {
	Sent, Rcvd *counters.Gain
	// Of the second First (Unix) and the 63 after it, those in which the flow's
	// protocol was known: bit n is First+n.
	First         uint32
	L7Seconds     uint64
	Seconds       uint64 // the same for those in which the flow gained anything
	App, Category uint16
	L7            counters.Duplex // counted under App and Category
	NewL7         bool            // the flow is counted under them for the first time
	FirstSeen     int64           // of the flow, nanoseconds
	LastSeen      int64
	RTT           int64 // this end's half of the handshake in nanoseconds, 0 unknown
	PeerRTT       int64 // the other end's; it counts where both are members
	// Whether what was sent, or received, went to a broadcast address.
	SentBroadcast, RcvdBroadcast bool
}

// Group is one group. Its methods may be called from any goroutine.
type Group struct {
	Key

	mu     sync.Mutex
	hosts  int // that are in it now
	nobody int // of them, addresses of nobody in particular
	rated  bool
	sum    Sum
}

// gain counts what a flow gained, as a member sees it whose peer is outside, under
// the group's lock.
func (g *Group) gain(n *Gained) {
	s := &g.sum
	s.Traffic.Add(counters.Duplex{Sent: n.Sent.Traffic(), Rcvd: n.Rcvd.Traffic()})
	s.TCPSent.AddGain(n.Sent)
	s.TCPRcvd.AddGain(n.Rcvd)
	if n.SentBroadcast {
		s.Broadcast.Egress += n.Sent.Bytes
	}
	if n.RcvdBroadcast {
		s.Broadcast.Ingress += n.Rcvd.Bytes
	}
	g.common(n, &n.L7)
}

// gainInside counts what a flow between two members gained, once, as sent.
func (g *Group) gainInside(n *Gained) {
	s := &g.sum
	for _, way := range [2]*counters.Gain{n.Sent, n.Rcvd} {
		s.Traffic.Sent.Add(way.Traffic())
		s.Inner.Add(way.Traffic())
		s.TCPInner.AddGain(way)
		if n.SentBroadcast || n.RcvdBroadcast {
			s.Broadcast.Inner += way.Bytes
		}
	}
	s.handshake(n, n.PeerRTT)
	l7 := counters.Duplex{Sent: n.L7.Sent}
	l7.Sent.Add(n.L7.Rcvd)
	g.common(n, &l7)
}

// gainSeen notes that two members have had traffic, which the group does not count.
func (g *Group) gainSeen(n *Gained) {
	g.sum.see(n.FirstSeen, n.LastSeen)
	g.sum.handshake(n, n.RTT)
	g.sum.handshake(n, n.PeerRTT)
}

// see notes that members have had traffic from first to last.
func (s *Sum) see(first, last int64) {
	if s.FirstSeen == 0 || first < s.FirstSeen {
		s.FirstSeen = first
	}
	s.LastSeen = max(s.LastSeen, last)
}

// common counts what any member gains.
func (g *Group) common(n *Gained, l7 *counters.Duplex) {
	s := &g.sum
	s.see(n.FirstSeen, n.LastSeen)
	if g.Kind.hasProtocols() {
		s.L7.Count(n.App, *l7, n.First, n.L7Seconds, n.NewL7)
	}
	if g.Kind == Pool {
		s.ActiveSeconds += uint64(s.active.Note(n.First, n.Seconds))
		s.Categories.Count(n.Category, *l7, n.First, n.L7Seconds, n.NewL7)
	}
	if !n.NewL7 {
		return
	}
	s.Flows++
	s.handshake(n, n.RTT)
}

// handshake counts a member's half of a handshake, once per flow.
func (s *Sum) handshake(n *Gained, rtt int64) {
	if n.NewL7 && rtt > 0 {
		s.RTTs++
		s.RTT += rtt
	}
}

// AddRate adds a flow's traffic of the last second, and of the one before, to
// the group's rates. It says whether it is the first since Quiet.
func (g *Group) AddRate(now, before counters.Traffic) (first bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if first = !g.rated; first {
		g.rated, g.sum.Throughput = true, counters.Throughput{}
	}
	g.sum.Throughput.AddSecond(now, before)
	return first
}

// Quiet sets the rates to zero and their trend to trend.
func (g *Group) Quiet(trend counters.Trend) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rated = false
	g.sum.Throughput = counters.Throughput{Bytes: counters.Rate{Trend: trend}, Packets: counters.Rate{Trend: trend}}
}

// AddScore changes the score of a kind of the members as client or as server; n is
// below zero when a flow or an alert ends.
func (g *Group) AddScore(asClient bool, kind int, n int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	role := 1
	if asClient {
		role = 0
	}
	g.sum.Scores[role][kind] += n
	g.sum.Scored = true
}

// CountAlerted counts a flow with an alert in which a member is client or
// server.
func (g *Group) CountAlerted(asClient bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if asClient {
		g.sum.AlertedAsClient++
	} else {
		g.sum.AlertedAsServer++
	}
}

// View is a group at one moment.
type View struct {
	Key
	Hosts     int // members now
	Addressed int // of them, addresses of nobody in particular: multicast and broadcast
	Sum
}

// View copies what is known of the group.
func (g *Group) View() View {
	g.mu.Lock()
	defer g.mu.Unlock()
	v := View{Key: g.Key, Hosts: g.hosts, Addressed: g.nobody, Sum: g.sum}
	v.L7, v.Categories = g.sum.L7.Clone(), g.sum.Categories.Clone()
	return v
}
