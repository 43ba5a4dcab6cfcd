package flow

import (
	"net/netip"

	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// Directions, as indexes.
const (
	toServer = 0
	toClient = 1
)

// mark is a set of facts about a flow.
type mark uint32

const (
	clientIsB     mark = 1 << iota // the client is the second end of the key
	swapRequested                  // client and server are probably exchanged
	swapped                        // they were exchanged
	handshakeOver
	over         // both ends, or one of them for both, have ended the connection
	synAckSeen   // the server's half of the handshake
	ackSeen      // the handshake was completed
	answerSeen   // the application latency is known
	classified   // the classifier has decided
	l7Counted    // the hosts count the flow under its protocol
	namesNew     // the classifier's findings were not passed on yet
	hostsCounted // the hosts know of the flow
	inUse        // the record is a flow
	metaSeen     // the classifier has read something
	clientLocal
	serverLocal
	examined   // by what looks at flows that were recognised
	portsNoted // the hosts know which port is used
	followed   // its payloads are looked at after the classifier has decided
	industrial // it speaks IEC 60870-5-104
	// There was a packet of this direction. Those that are counted there may be the other
	// end's: see Record.swap.
	spokeToServer
	spokeToClient
)

// Record is one flow as its table keeps it: the fields that every packet
// touches first, in the order of their use, then what is rarely needed. It is
// owned by its shard and used under the shard's lock only; readers get a Flow.
// It holds no pointers, so that it may lie outside of the heap.
type Record struct {
	Key
	marks    mark
	app      uint16 // Application of Result
	category uint8  // that of Result
	state    TCPState
	pending  uint32 // 1 + number among the pending gains, 0 when there are none
	lastSeen int64

	dir [2]dir

	// What was gained in second (Unix), and in the two before it.
	second                                      uint32
	nowPackets, earlierPackets, earlier2Packets uint32
	nowBytes, earlierBytes, earlier2Bytes       uint64
	topBps, topPps                              float32

	// Since the gains were last passed on: bit n is second first+n (Unix), in which the
	// flow gained something.
	first   uint32
	number  uint32 // of the record in its table
	seconds uint64

	// Numbers of the hosts and stations at both ends, 0 where there is none.
	cli, srv       uint32
	cliMAC, srvMAC uint32

	firstSeen                    int64
	handshakeAt                  int64  // when its last half began, the SYN's time or the SYN+ACK's
	answer                       int64  // the client's first payload until answerSeen, then how long the server took
	serverLatency, clientLatency uint32 // microseconds

	id       uint32
	rare     [2]rare
	Result   dpi.Result
	tunnel   decode.Tunnel
	icmpType [2]uint8
	icmpCode [2]uint8
	igmpType uint8
	profile  uint8 // number of the traffic profile, 0 for none
	l7At     uint8 // 1 + the bit of seconds in which the classifier decided, 0 when that was not since first
}

// dir is what is counted for one direction of packet after packet, in two cache
// lines.
type dir struct {
	packets, bytes   uint64
	goodput          uint64 // payload bytes
	lastTime         int64
	lenSum2          float64
	iatSum, iatSum2  float64
	iatMin, iatMax   int64
	seqNext, seqLast uint32
	iatCount         uint32
	lenMin, lenMax   uint32
	window           uint16
	tos              uint8
	tcpFlags         uint8                        // all flags seen
	sizes            [counters.SizeBuckets]uint16 // packets by length class since the gains were last passed on
	syns, rsts, fins uint32
}

// rare is what is counted for one direction now and then.
type rare struct {
	retransmissions, outOfOrder, lost, keepAlive uint32
	zeros, fragments                             uint32
}

// Links are the hosts and stations of a flow.
type Links struct {
	// Cli and Srv are nil when the host table was full.
	Cli, Srv *host.Host
	// CliMAC and SrvMAC are the stations, nil where there is none.
	CliMAC, SrvMAC *mac.Mac
}

// findings are what is found out about a flow, apart from its record as they need
// pointers.
type findings struct {
	meta   dpi.Packed // once the classifier has decided
	class  *dpi.State // until then
	alerts *Alerts    // that checks raised, nil for most
}

// start makes r the flow of its first packet, whose sender is the client.
func (r *Record) start(k *Key, reverse bool, p *decode.Packet) {
	n := r.number
	*r = Record{Key: *k, number: n, id: idOf(k, p.Time), tunnel: p.Tunnel, firstSeen: p.Time, lastSeen: p.Time, marks: inUse}
	r.set(clientIsB, reverse)
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

func (r *Record) client() *[16]byte {
	if r.is(clientIsB) {
		return &r.B
	}
	return &r.A
}

// Client is the address of the client.
func (r *Record) Client() netip.Addr { return r.addr(r.client()) }

// Server is the address of the server.
func (r *Record) Server() netip.Addr {
	if r.is(clientIsB) {
		return r.addr(&r.A)
	}
	return r.addr(&r.B)
}

// SetLocal notes which of the ends are local.
func (r *Record) SetLocal(client, server bool) {
	r.set(clientLocal, client)
	r.set(serverLocal, server)
}

// Local says which of the ends are local.
func (r *Record) Local() (client, server bool) { return r.is(clientLocal), r.is(serverLocal) }

// FirstSeen and LastSeen are the times of the first and the last packet in
// nanoseconds.
func (r *Record) FirstSeen() int64 { return r.firstSeen }

// LastSeen is the time of the last packet in nanoseconds.
func (r *Record) LastSeen() int64 { return r.lastSeen }

// ID tells flows with the same display key apart. Until Table.Number it is made of the
// tuple and the time of the first packet.
func (r *Record) ID() uint32 { return r.id }

// TOS is the last type-of-service byte to the server and to the client.
func (r *Record) TOS() (toServerTOS, toClientTOS uint8) {
	return r.dir[toServer].tos, r.dir[toClient].tos
}

// Latencies are the halves of the handshake to server and client, in
// nanoseconds, 0 when not seen.
func (r *Record) Latencies() (server, client int64) {
	return int64(r.serverLatency) * 1000, int64(r.clientLatency) * 1000
}

// appLatency is the time from the client's first payload to the server's in
// nanoseconds, 0 when it is not known.
func (r *Record) appLatency() int64 {
	if !r.is(answerSeen) {
		return 0
	}
	return r.answer
}

// Application is the protocol that the flow is counted under, and its category.
func (r *Record) Application() (app, category uint16) { return r.app, uint16(r.category) }

// Classified says whether the classifier has decided.
func (r *Record) Classified() bool { return r.is(classified) }

// PortsNoted says whether NotePorts was called.
func (r *Record) PortsNoted() bool { return r.is(portsNoted) }

// Followed says whether the payloads of the flow are looked at one by one, see
// Hooks.Said.
func (r *Record) Followed() bool { return r.is(followed) }

// Industrial says whether the flow speaks IEC 60870-5-104, which it is followed for.
func (r *Record) Industrial() bool { return r.is(industrial) }

// Established says whether the handshake of a TCP connection was seen whole.
func (r *Record) Established() bool { return r.is(ackSeen) }

// Lower is the protocol that carries the flow's application.
func (r *Record) Lower() uint16 {
	if r.Result.Master != 0 {
		return r.Result.Master
	}
	return r.Result.App
}

// NotePorts says that the hosts know which port the flow uses.
func (r *Record) NotePorts() { r.set(portsNoted, true) }

// TCPFlags are all flags seen to the server and to the client.
func (r *Record) TCPFlags() (toServerFlags, toClientFlags uint8) {
	return r.dir[toServer].tcpFlags, r.dir[toClient].tcpFlags
}

// Profile is the number of the traffic profile that the flow belongs to, 0 for
// none.
func (r *Record) Profile() uint8 { return r.profile }

// SetProfile puts the flow into a traffic profile.
func (r *Record) SetProfile(number uint8) { r.profile = number }

// Totals is the traffic to the server and to the client so far.
func (r *Record) Totals() (up, down counters.Traffic) {
	return counters.Traffic{Packets: r.dir[toServer].packets, Bytes: r.dir[toServer].bytes},
		counters.Traffic{Packets: r.dir[toClient].packets, Bytes: r.dir[toClient].bytes}
}

// Goodput is the payload to the server and to the client so far, in bytes.
func (r *Record) Goodput() (up, down uint64) { return r.dir[toServer].goodput, r.dir[toClient].goodput }

// Flags are the TCP flags that were seen, of both ends.
func (r *Record) Flags() uint8 { return r.dir[toServer].tcpFlags | r.dir[toClient].tcpFlags }

// CountL7Flow says true once per flow: when its hosts first count it under its
// protocol.
func (r *Record) CountL7Flow() bool { return r.once(l7Counted) }

// CountHosts says true once per flow: when its hosts first hear of it.
func (r *Record) CountHosts() bool { return r.once(hostsCounted) }

// HostsCounted says whether CountHosts was called.
func (r *Record) HostsCounted() bool { return r.is(hostsCounted) }

// DisplayKey is Flow.DisplayKey.
func (r *Record) DisplayKey() uint32 {
	return displayKey(&r.Key, r.Client(), r.Server())
}

// Examine says true once per flow: when it may be examined as one that was
// recognised, which waits until it is known who the client is.
func (r *Record) Examine() bool { return !r.is(swapRequested) && r.once(examined) }

// ExamineLast is Examine when nothing more will be known of the flow.
func (r *Record) ExamineLast() bool { return r.once(examined) }

// fromClient says whether a packet travels from the client to the server;
// reverse is what KeyOf said of it.
func (r *Record) fromClient(reverse bool) bool { return reverse == r.is(clientIsB) }

// FromClient says whether p travels from the client to the server.
func (r *Record) FromClient(p *decode.Packet) bool {
	c, _ := r.ports()
	return p.SrcPort == c && p.Src == *r.client()
}

// tell fills t with what the classifier wants to know of the flow.
func (r *Record) tell(t *dpi.Tuple) {
	t.Proto = r.Proto
	t.Client, t.Server, t.CliPort, t.SrvPort = r.ends()
}

// beginSecond closes the books of the last second with traffic: sec begins.
func (r *Record) beginSecond(sec uint32) {
	r.topBps, r.topPps = r.top(r.now())
	switch sec - r.second {
	case 1:
		r.earlierPackets, r.earlier2Packets = r.nowPackets, r.earlierPackets
		r.earlierBytes, r.earlier2Bytes = r.nowBytes, r.earlierBytes
	case 2:
		r.earlierPackets, r.earlier2Packets = 0, r.nowPackets
		r.earlierBytes, r.earlier2Bytes = 0, r.nowBytes
	default:
		r.earlierPackets, r.earlier2Packets, r.earlierBytes, r.earlier2Bytes = 0, 0, 0, 0
	}
	r.nowPackets, r.nowBytes, r.second = 0, 0, sec
}

// now is what second brought.
func (r *Record) now() counters.Traffic {
	return counters.Traffic{Packets: uint64(r.nowPackets), Bytes: r.nowBytes}
}

func (r *Record) top(gained counters.Traffic) (bps, pps float32) {
	bps, pps = r.topBps, r.topPps
	// Signed, and without max, which asks for numbers that are none: this is done for
	// nearly every packet.
	if x := float32(int64(gained.Bytes)); x > bps {
		bps = x
	}
	if x := float32(int64(gained.Packets)); x > pps {
		pps = x
	}
	return bps, pps
}

// In is the traffic of one of the last three seconds with traffic, or between
// and after them.
func (r *Record) In(sec uint32) counters.Traffic {
	switch r.second - sec {
	case 0:
		return r.now()
	case 1:
		return counters.Traffic{Packets: uint64(r.earlierPackets), Bytes: r.earlierBytes}
	case 2:
		return counters.Traffic{Packets: uint64(r.earlier2Packets), Bytes: r.earlier2Bytes}
	}
	return counters.Traffic{}
}

// swap exchanges client and server. As in the original the packets and bytes so far
// stay where they are: they are the new client's.
func (r *Record) swap() {
	r.marks ^= clientIsB
	if r.is(clientLocal) != r.is(serverLocal) {
		r.marks ^= clientLocal | serverLocal
	}
	a, b := &r.dir[0], &r.dir[1]
	*a, *b = *b, *a
	a.packets, a.bytes, a.goodput, b.packets, b.bytes, b.goodput = b.packets, b.bytes, b.goodput, a.packets, a.bytes, a.goodput
	// As in the original the other end is expected to go on with these numbers, which
	// counts its first segment as out of order.
	a.seqNext, a.seqLast = b.seqNext, b.seqLast
	r.cli, r.srv, r.cliMAC, r.srvMAC = r.srv, r.cli, r.srvMAC, r.cliMAC
	r.rare[0], r.rare[1] = r.rare[1], r.rare[0]
	r.icmpType[0], r.icmpType[1] = r.icmpType[1], r.icmpType[0]
	r.icmpCode[0], r.icmpCode[1] = r.icmpCode[1], r.icmpCode[0]
	if r.is(spokeToServer) != r.is(spokeToClient) {
		r.marks ^= spokeToServer | spokeToClient
	}
	r.set(swapRequested, false)
	r.set(swapped, true)
}
