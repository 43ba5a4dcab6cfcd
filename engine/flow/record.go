package flow

import (
	"net/netip"
	"unsafe"

	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
	"ntopgo/engine/prefetch"
)

// Directions, as indexes.
const (
	toServer = 0
	toClient = 1
)

// mark is a set of facts about a flow.
type mark uint16

const (
	clientIsB     mark = 1 << iota // the client is the second end of the key
	swapRequested                  // client and server are probably exchanged
	swapped                        // they were exchanged
	handshakeOver
	ackSeen      // the handshake was completed
	answerSeen   // the application latency is known
	classified   // the classifier has decided
	l7Counted    // counted under its protocol
	namesNew     // the classifier's findings were not passed on yet
	hostsCounted // the hosts know of the flow
	inUse        // the record is a flow
)

// Record is one flow as its table keeps it: the fields that every packet
// touches first, in the order of their use, then what is rarely needed. It is
// owned by its shard and used under the shard's lock only. The exported fields
// are for the shard; readers get a Flow.
type Record struct {
	Key
	pending   uint32 // 1 + place among the pending gains, 0 when it gained nothing
	lastSeen  int64
	marks     mark
	tos       [2]uint8
	tcpFlags  [2]uint8 // all flags seen
	state     TCPState
	ipVersion uint8

	dir [2]dir

	// Cli and Srv are nil when the host table was full.
	Cli, Srv       *host.Host
	cliMAC, srvMAC *mac.Mac
	class          *dpi.State
	// Meta is what the classifier read, nil when that is nothing.
	Meta   *dpi.Metadata
	Result dpi.Result

	rateAt             int64 // of the last update of the rates
	bps, pps           float64
	topBps, topPps     float64
	bpsTrend, ppsTrend counters.Trend
	tunnel             decode.Tunnel
	icmpType, icmpCode [2]uint8
	igmpType           uint8

	firstSeen                    int64
	synTime, synAckTime          int64
	serverLatency, clientLatency int64
	appLatency, firstRequest     int64
	id                           uint32
	number                       uint32 // of the record in its table
}

// dir is what is counted for one direction.
type dir struct {
	packets, bytes   uint64
	goodput          uint64 // payload bytes
	lastTime         int64
	seqNext, seqLast uint32
	lenSum2          float64
	iatSum, iatSum2  float64
	iatMin, iatMax   int64
	iatCount         uint32
	lenMin, lenMax   uint32
	window           uint16

	retransmissions, outOfOrder, lost, keepAlive uint32
	syns, rsts, fins, zeros                      uint32
	fragments                                    uint32
}

// start makes r the flow of its first packet, whose sender is the client.
func (r *Record) start(k *Key, reverse bool, p *decode.Packet) {
	n := r.number
	*r = Record{Key: *k, number: n, id: idOf(k, p.Time), ipVersion: p.IPVersion, tunnel: p.Tunnel,
		firstSeen: p.Time, lastSeen: p.Time, rateAt: p.Time, marks: inUse}
	r.set(clientIsB, reverse)
}

// Prefetch asks for the parts of the record that a roll-up uses.
func (r *Record) Prefetch() {
	prefetch.Lines(unsafe.Pointer(r), 1)
	prefetch.Lines(unsafe.Pointer(&r.Cli), 3)
}

func (r *Record) is(m mark) bool { return r.marks&m != 0 }

func (r *Record) set(m mark, on bool) {
	if on {
		r.marks |= m
	} else {
		r.marks &^= m
	}
}

// once says true the first time it is asked about m.
func (r *Record) once(m mark) bool {
	first := !r.is(m)
	r.marks |= m
	return first
}

func (r *Record) ends() (client, server netip.Addr, cliPort, srvPort uint16) {
	a, b := r.addr(&r.A), r.addr(&r.B)
	if r.is(clientIsB) {
		return b, a, r.PortB, r.PortA
	}
	return a, b, r.PortA, r.PortB
}

// Ends are the addresses and ports of both ends.
func (r *Record) Ends() (client, server netip.Addr, cliPort, srvPort uint16) { return r.ends() }

func (r *Record) ports() (client, server uint16) {
	if r.is(clientIsB) {
		return r.PortB, r.PortA
	}
	return r.PortA, r.PortB
}

// Client is the address of the client.
func (r *Record) Client() netip.Addr {
	if r.is(clientIsB) {
		return r.addr(&r.B)
	}
	return r.addr(&r.A)
}

// Server is the address of the server.
func (r *Record) Server() netip.Addr {
	if r.is(clientIsB) {
		return r.addr(&r.A)
	}
	return r.addr(&r.B)
}

// SetMACs ties the stations of client and server to the flow; either may be nil.
func (r *Record) SetMACs(client, server *mac.Mac) { r.cliMAC, r.srvMAC = client, server }

// MACs are the stations of client and server, nil where there is none.
func (r *Record) MACs() (client, server *mac.Mac) { return r.cliMAC, r.srvMAC }

// FirstSeen and LastSeen are the times of the first and the last packet in
// nanoseconds.
func (r *Record) FirstSeen() int64 { return r.firstSeen }

// LastSeen is the time of the last packet in nanoseconds.
func (r *Record) LastSeen() int64 { return r.lastSeen }

// ID tells flows with the same display key apart.
func (r *Record) ID() uint32 { return r.id }

// TOS is the last type-of-service byte to the server and to the client.
func (r *Record) TOS() (toServerTOS, toClientTOS uint8) { return r.tos[toServer], r.tos[toClient] }

// Latencies are the halves of the handshake to server and client, in
// nanoseconds, 0 when not seen.
func (r *Record) Latencies() (server, client int64) { return r.serverLatency, r.clientLatency }

// Classified says whether the classifier has decided.
func (r *Record) Classified() bool { return r.is(classified) }

// Totals is the traffic to the server and to the client so far.
func (r *Record) Totals() (up, down counters.Traffic) {
	return counters.Traffic{Packets: r.dir[toServer].packets, Bytes: r.dir[toServer].bytes},
		counters.Traffic{Packets: r.dir[toClient].packets, Bytes: r.dir[toClient].bytes}
}

// CountL7Flow says true once per flow: when it is first counted under its
// protocol.
func (r *Record) CountL7Flow() bool { return r.once(l7Counted) }

// CountHosts says true once per flow: when its hosts first hear of it.
func (r *Record) CountHosts() bool { return r.once(hostsCounted) }

// HostsCounted says whether CountHosts was called.
func (r *Record) HostsCounted() bool { return r.is(hostsCounted) }

// TakeNames says whether the classifier found something since the last call
// that may hold names: when it began to and when it ended.
func (r *Record) TakeNames() bool {
	n := r.is(namesNew)
	r.marks &^= namesNew
	return n
}

// fromClient says whether a packet travels from the client to the server;
// reverse is what KeyOf said of it.
func (r *Record) fromClient(reverse bool) bool { return reverse == r.is(clientIsB) }

// FromClient says whether p travels from the client to the server.
func (r *Record) FromClient(p *decode.Packet) bool {
	c, _ := r.ports()
	return p.SrcPort == c && p.Src == r.Client()
}

// tuple is what the classifier wants to know of the flow.
func (r *Record) tuple() dpi.Tuple {
	t := dpi.Tuple{Proto: r.Proto}
	t.Client, t.Server, t.CliPort, t.SrvPort = r.ends()
	return t
}

// UpdateRates derives the rates at time now (nanoseconds) from what was gained
// since the last update; the first one counts from the flow's first packet.
func (r *Record) UpdateRates(up, down *counters.Gain, now int64) {
	if now <= r.rateAt {
		return
	}
	seconds := float64(now-r.rateAt) / 1e9
	r.rateAt = now
	rate := func(value, top *float64, trend *counters.Trend, gained uint64) {
		v := float64(gained) / seconds
		switch {
		case v > *value:
			*trend = counters.TrendUp
		case v < *value:
			*trend = counters.TrendDown
		default:
			*trend = counters.TrendStable
		}
		*value = v
		*top = max(*top, v)
	}
	rate(&r.bps, &r.topBps, &r.bpsTrend, up.Bytes+down.Bytes)
	rate(&r.pps, &r.topPps, &r.ppsTrend, uint64(up.Packets)+uint64(down.Packets))
}

// RatesAt is the time of the roll-up that the rates are of.
func (r *Record) RatesAt() int64 { return r.rateAt }

// Rest sets the rates to zero.
func (r *Record) Rest() {
	r.bps, r.pps, r.bpsTrend, r.ppsTrend = 0, 0, counters.TrendUnknown, counters.TrendUnknown
}

func (r *Record) throughput() counters.Throughput {
	return counters.Throughput{Bytes: counters.Rate{Value: r.bps, Trend: r.bpsTrend},
		Packets: counters.Rate{Value: r.pps, Trend: r.ppsTrend}}
}

// swap exchanges client and server.
func (r *Record) swap() {
	r.marks ^= clientIsB
	r.cliMAC, r.srvMAC = r.srvMAC, r.cliMAC
	r.Cli, r.Srv = r.Srv, r.Cli
	r.dir[0], r.dir[1] = r.dir[1], r.dir[0]
	r.tos[0], r.tos[1] = r.tos[1], r.tos[0]
	r.tcpFlags[0], r.tcpFlags[1] = r.tcpFlags[1], r.tcpFlags[0]
	r.icmpType[0], r.icmpType[1] = r.icmpType[1], r.icmpType[0]
	r.icmpCode[0], r.icmpCode[1] = r.icmpCode[1], r.icmpCode[0]
	r.set(swapRequested, false)
	r.set(swapped, true)
	if r.class != nil {
		r.class.SwapDirections()
	}
}
