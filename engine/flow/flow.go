package flow

import (
	"net/netip"

	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/host"
	"ntopgo/engine/mac"
)

// Key identifies a flow whatever the direction of the packet: the two ends are
// ordered, and Private keeps apart what ntopng keeps apart beyond the
// five-tuple (the DNS transaction id on port 53, the inner datagram of an ICMP
// error).
type Key struct {
	A, B         netip.Addr
	PortA, PortB uint16
	VLAN         uint16
	Proto        uint8
	Private      uint32
}

// KeyOf builds the key of p; swapped says that the packet's source is B.
func KeyOf(p *decode.Packet) (k Key, swapped bool) {
	k = Key{A: p.Src, B: p.Dst, PortA: p.SrcPort, PortB: p.DstPort, VLAN: p.VLAN, Proto: p.Proto}
	switch p.Proto {
	case decode.ProtoUDP:
		if len(p.Payload) > 20 && (p.SrcPort == 53 || p.DstPort == 53) {
			k.Private = uint32(p.Payload[0])<<8 | uint32(p.Payload[1])
		}
	case decode.ProtoICMP:
		k.Private = icmpErrorKey(p)
	}
	if c := k.A.Compare(k.B); c > 0 || (c == 0 && k.PortA > k.PortB) {
		k.A, k.B, k.PortA, k.PortB = k.B, k.A, k.PortB, k.PortA
		return k, true
	}
	return k, false
}

// icmpErrorKey tells ICMP destination-unreachable messages about different
// datagrams apart, by a sum over the quoted header (RFC 792).
func icmpErrorKey(p *decode.Packet) uint32 {
	const quoted = 8 // ICMP header, then the quoted IP header
	if p.ICMPType != 3 || len(p.Payload) < quoted+20 {
		return 0
	}
	q := p.Payload[quoted:]
	ihl := int(q[0]&0xf) * 4
	if q[0]>>4 != 4 || ihl < 20 || len(q) < ihl+4 {
		return 0
	}
	h := uint32(2166136261)
	for _, b := range q[12 : ihl+4] {
		h = (h ^ uint32(b)) * 16777619
	}
	return (h ^ uint32(q[9])) * 16777619
}

// Dir is what is counted for one direction of a flow.
type Dir struct {
	counters.Traffic
	Goodput          uint64 // payload bytes
	Issues           counters.TCPIssues
	Shape            counters.PacketShape
	Fragments        uint64
	LenMin, LenMax   uint32
	lenSum, lenSum2  float64
	IATMin, IATMax   int64 // nanoseconds between packets
	iatSum, iatSum2  float64
	iatCount         uint64
	lastTime         int64
	TOS              uint8
	TCPFlags         uint8 // all flags seen
	NumSyn, NumRst   uint32
	NumFin, NumZero  uint32 // FINs, zero windows
	seqNext, seqLast uint32
	window           uint16

	reported reported
}

// reported is what the roll-up has already passed on.
type reported struct {
	traffic counters.Traffic
	l7      counters.Traffic
	issues  counters.TCPIssues
	shape   counters.PacketShape
}

// TCPState is where a TCP flow stands.
type TCPState uint8

// TCP states, as flow listings name them.
const (
	TCPNone TCPState = iota
	TCPConnecting
	TCPEstablished
	TCPClosed
	TCPReset
)

// Flow is one bidirectional flow. It is owned by its shard and read or changed
// under the shard's lock only.
type Flow struct {
	Key              Key
	ID               uint32 // tells flows with the same display key apart
	Client, Server   netip.Addr
	CliPort, SrvPort uint16
	CliMAC, SrvMAC   mac.Addr
	IPVersion        uint8
	Tunnel           decode.Tunnel

	// Cli and Srv are nil when the host table was full.
	Cli, Srv *host.Host

	ToServer, ToClient Dir
	FirstSeen          int64 // nanoseconds, packet time
	LastSeen           int64
	Throughput         counters.Throughput
	TopBps, TopPps     float64

	swapRequested bool
	Swapped       bool

	// TCP handshake times and the latencies made of them, in nanoseconds.
	synTime, synAckTime, ackTime int64
	handshakeOver                bool
	ServerLatency, ClientLatency int64
	AppLatency                   int64
	firstRequest                 int64
	State                        TCPState

	ICMPType, ICMPCode [2]uint8 // of the last packet, to server and to client
	IGMPType           uint8

	class      *dpi.State
	Classified bool
	Result     dpi.Result
	Meta       *dpi.Metadata

	dirty           bool // on the shard's list of flows to roll up
	l7Counted       bool
	establishedSeen bool
	namesFrom       *dpi.Metadata
	namesFinal      bool
}

// New makes the flow of its first packet, whose sender is the client.
func New(k Key, p *decode.Packet) *Flow {
	return &Flow{Key: k, ID: idOf(k, p.Time), Client: p.Src, Server: p.Dst, CliPort: p.SrcPort, SrvPort: p.DstPort,
		CliMAC: p.SrcMAC, SrvMAC: p.DstMAC, IPVersion: p.IPVersion, Tunnel: p.Tunnel,
		FirstSeen: p.Time, LastSeen: p.Time}
}

// idOf is the same whatever shard or run the flow is in.
func idOf(k Key, t int64) uint32 {
	h := uint32(2166136261)
	mix := func(b byte) { h = (h ^ uint32(b)) * 16777619 }
	a, b := k.A.As16(), k.B.As16()
	for i := range a {
		mix(a[i])
		mix(b[i])
	}
	for _, v := range []uint64{uint64(k.PortA)<<48 | uint64(k.PortB)<<32 | uint64(k.VLAN)<<16 | uint64(k.Proto),
		uint64(k.Private), uint64(t)} {
		for ; v != 0; v >>= 8 {
			mix(byte(v))
		}
	}
	return h
}

// FromClient says whether p travels from the client to the server.
func (f *Flow) FromClient(p *decode.Packet) bool {
	return p.SrcPort == f.CliPort && p.Src == f.Client
}

// DisplayKey is the number by which pages name a flow (ntopng.key). Like the
// original's it is a sum that does not depend on the direction.
func (f *Flow) DisplayKey() uint32 {
	return uint32(f.CliPort) + uint32(f.SrvPort) + uint32(f.Key.VLAN) + uint32(f.Key.Proto) + f.Key.Private +
		AddrKey(f.Client) + AddrKey(f.Server)
}

// AddrKey is an address as a number: an IPv4 address itself, for IPv6 the sum
// of its four words.
func AddrKey(a netip.Addr) uint32 {
	if a.Is4() {
		b := a.As4()
		return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	}
	b, k := a.As16(), uint32(0)
	for i := 0; i < 16; i += 4 {
		k += uint32(b[i])<<24 | uint32(b[i+1])<<16 | uint32(b[i+2])<<8 | uint32(b[i+3])
	}
	return k
}

// Tuple is what the classifier wants to know of the flow.
func (f *Flow) Tuple() dpi.Tuple {
	return dpi.Tuple{Proto: f.Key.Proto, Client: f.Client, Server: f.Server, CliPort: f.CliPort, SrvPort: f.SrvPort}
}

// Bytes is the sum of both directions.
func (f *Flow) Bytes() uint64 { return f.ToServer.Bytes + f.ToClient.Bytes }

// Packets is the sum of both directions.
func (f *Flow) Packets() uint64 { return f.ToServer.Packets + f.ToClient.Packets }

// Duration is whole seconds from the first to the last packet, plus one, as
// ntopng shows it.
func (f *Flow) Duration() int64 { return f.LastSeen/1e9 - f.FirstSeen/1e9 + 1 }

// Count adds one packet. n is what it weighs: its length on the wire without
// link padding and encapsulation.
func (f *Flow) Count(p *decode.Packet, fromClient bool, n int) {
	d := &f.ToServer
	if !fromClient {
		d = &f.ToClient
	}
	d.Packets++
	d.Bytes += uint64(n)
	d.Goodput += uint64(p.PayloadLen)
	d.TOS = p.TOS
	d.Shape.Sizes[counters.SizeBucket(p.WireLen)]++
	if p.Fragment {
		d.Fragments++
	}
	d.countLength(n)
	if p.Time > f.LastSeen {
		f.LastSeen = p.Time
	}
	if p.Proto != decode.ProtoTCP || p.TCPFlags&(decode.SYN|decode.FIN|decode.RST) == 0 {
		d.countGap(p.Time)
	}
	d.lastTime = p.Time
	switch p.Proto {
	case decode.ProtoTCP:
		f.countTCP(p, d, fromClient)
	case decode.ProtoICMP, decode.ProtoICMPv6:
		i := 0
		if !fromClient {
			i = 1
		}
		f.ICMPType[i], f.ICMPCode[i] = p.ICMPType, p.ICMPCode
	case decode.ProtoIGMP:
		f.IGMPType = p.ICMPType
	case decode.ProtoUDP:
		f.countAppLatency(p, fromClient)
	}
}

func (d *Dir) countLength(n int) {
	if d.Packets == 1 || uint32(n) < d.LenMin {
		d.LenMin = uint32(n)
	}
	d.LenMax = max(d.LenMax, uint32(n))
	d.lenSum += float64(n)
	d.lenSum2 += float64(n) * float64(n)
}

func (d *Dir) countGap(now int64) {
	if d.lastTime == 0 || now < d.lastTime {
		return
	}
	gap := now - d.lastTime
	if d.iatCount == 0 || gap < d.IATMin {
		d.IATMin = gap
	}
	d.IATMax = max(d.IATMax, gap)
	d.iatCount++
	d.iatSum += float64(gap)
	d.iatSum2 += float64(gap) * float64(gap)
}

// CountL7Flow says true once per flow: when it is first counted under its
// protocol.
func (f *Flow) CountL7Flow() bool {
	first := !f.l7Counted
	f.l7Counted = true
	return first
}

// JustEstablished says true once: when the handshake was completed.
func (f *Flow) JustEstablished() bool {
	if f.establishedSeen || f.ackTime == 0 {
		return false
	}
	f.establishedSeen = true
	return true
}

// UpdateThroughput derives the rates at time now (nanoseconds). The first one
// counts from the flow's first packet.
func (f *Flow) UpdateThroughput(now int64) {
	if f.Throughput.Bytes.Value == 0 && f.Throughput.Bytes.Trend == counters.TrendUnknown {
		f.Throughput.Bytes.Start(0, f.FirstSeen)
		f.Throughput.Packets.Start(0, f.FirstSeen)
	}
	f.Throughput.Update(f.Bytes(), f.Packets(), now)
	f.TopBps = max(f.TopBps, f.Throughput.Bytes.Value)
	f.TopPps = max(f.TopPps, f.Throughput.Packets.Value)
}

// swap exchanges client and server.
func (f *Flow) swap() {
	f.Client, f.Server = f.Server, f.Client
	f.CliPort, f.SrvPort = f.SrvPort, f.CliPort
	f.CliMAC, f.SrvMAC = f.SrvMAC, f.CliMAC
	f.Cli, f.Srv = f.Srv, f.Cli
	f.ToServer, f.ToClient = f.ToClient, f.ToServer
	f.ICMPType[0], f.ICMPType[1] = f.ICMPType[1], f.ICMPType[0]
	f.ICMPCode[0], f.ICMPCode[1] = f.ICMPCode[1], f.ICMPCode[0]
	f.swapRequested, f.Swapped = false, true
}

// NamesGiven says whether the host names in m were already passed on, and
// notes that they are now. They are passed on again when m was replaced or the
// flow's classification ended since.
func (f *Flow) NamesGiven(m *dpi.Metadata) bool {
	if f.namesFrom == m && f.namesFinal == f.Classified {
		return true
	}
	f.namesFrom, f.namesFinal = m, f.Classified
	return false
}
