package flow

import (
	"math/bits"
	"net/netip"

	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/host"
	"ntopgo/engine/iec104"
	"ntopgo/engine/mac"
)

// Dir is what is counted for one direction of a flow.
type Dir struct {
	counters.Traffic
	Goodput         uint64 // payload bytes
	Issues          counters.TCPIssues
	Fragments       uint64
	LenMin, LenMax  uint32
	IATMin, IATMax  int64 // nanoseconds between packets
	TOS             uint8
	TCPFlags        uint8 // all flags seen
	NumSyn, NumRst  uint32
	NumFin, NumZero uint32 // FINs, zero windows

	lenSum2         float64
	iatSum, iatSum2 float64
	iatCount        uint64
	window          uint16
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

// Flow is what is known of one bidirectional flow at one moment, for readers.
// Table.View makes it; it shares only Cli and Srv with the table.
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
	Swapped            bool // client and server were exchanged

	// Latencies of the TCP handshake and of the first answer, in nanoseconds.
	ServerLatency, ClientLatency int64
	AppLatency                   int64
	State                        TCPState

	ICMPType, ICMPCode [2]uint8 // of the last packet, to server and to client
	IGMPType           uint8

	Classified bool
	Handshake  bool // TCP: it is over
	Result     dpi.Result
	Alerts     *Alerts
	Profile    uint8 // number of the traffic profile, 0 for none

	// IEC104 is of a connection of this protocol that is made of packets, nil for
	// others. Only Own's may be read without the lock of the flow's shard.
	IEC104 *iec104.Conversation

	// Origin is of a flow that a probe reported, nil for one made of packets.
	Origin *Origin

	packed dpi.Packed
	live   *dpi.Metadata // of a flow that is not decided yet
	meta   *dpi.Metadata // memory for either
	filled bool          // meta is this flow's
}

// Metadata is what the classifier has read, nil when that is nothing. It is of
// the flow that f is now. Only Own's result may be asked without the lock of the
// flow's shard.
func (f *Flow) Metadata() *dpi.Metadata {
	switch {
	case f.filled:
		return f.meta
	case f.live == nil && f.packed == "":
		return nil
	case f.meta == nil:
		f.meta = new(dpi.Metadata)
	}
	f.filled = true
	if f.live != nil {
		*f.meta = *f.live
	} else {
		f.packed.Unpack(f.meta)
	}
	return f.meta
}

// Own is a copy of f that is independent of the table, and of the next flow that
// is put into f.
func (f *Flow) Own() Flow {
	own := *f
	own.meta = f.Metadata()
	own.filled, own.live, own.packed = own.meta != nil, nil, ""
	f.meta, f.filled = nil, false
	if own.IEC104 != nil {
		own.IEC104 = own.IEC104.Clone()
	}
	return own
}

// View fills f with what is known of r now, under the lock of its shard.
func (t *Table) View(r *Record, f *Flow) {
	l, found := t.Links(r), t.findings(r)
	f.Key, f.ID, f.FirstSeen, f.LastSeen = r.Key, r.id, r.firstSeen, r.lastSeen
	f.Client, f.Server, f.CliPort, f.SrvPort = r.ends()
	f.CliMAC, f.SrvMAC = address(l.CliMAC), address(l.SrvMAC)
	f.IPVersion, f.Tunnel = r.ipVersion(), r.tunnel
	f.Cli, f.Srv = l.Cli, l.Srv
	r.dir[toServer].view(&f.ToServer, &r.rare[toServer])
	r.dir[toClient].view(&f.ToClient, &r.rare[toClient])
	f.TopBps, f.TopPps = float64(r.topBps), float64(r.topPps)
	if r.second != t.second {
		bps, pps := r.top(r.In(r.second))
		f.TopBps, f.TopPps = float64(bps), float64(pps)
	}
	f.Throughput = counters.Throughput{}
	if !t.ended {
		f.Throughput = counters.Second(r.In(t.second-1), r.In(t.second-2))
	}
	f.Swapped = r.is(swapped)
	f.ServerLatency, f.ClientLatency = r.Latencies()
	f.AppLatency = r.appLatency()
	f.State = r.state
	f.ICMPType, f.ICMPCode, f.IGMPType = r.icmpType, r.icmpCode, r.igmpType
	f.Classified, f.Handshake, f.Result, f.Alerts = r.is(classified), r.is(handshakeOver), r.Result, found.alerts
	f.Profile = r.profile
	f.packed, f.live, f.filled = found.meta, nil, false
	f.Origin, f.IEC104 = t.origins[r.number], t.talks[r.number]
	if found.class != nil {
		f.live = found.class.Meta()
	}
}

func (r *Record) ipVersion() uint8 {
	if r.V6 {
		return 6
	}
	return 4
}

func (d *dir) view(v *Dir, n *rare) {
	v.Traffic = counters.Traffic{Packets: d.packets, Bytes: d.bytes}
	v.Goodput, v.Fragments = d.goodput, uint64(n.fragments)
	v.TOS, v.TCPFlags = d.tos, d.tcpFlags
	v.Issues = counters.TCPIssues{Retransmissions: uint64(n.retransmissions), OutOfOrder: uint64(n.outOfOrder),
		Lost: uint64(n.lost), KeepAlive: uint64(n.keepAlive)}
	v.LenMin, v.LenMax, v.lenSum2 = d.lenMin, d.lenMax, d.lenSum2
	v.IATMin, v.IATMax = d.iatMin, d.iatMax
	v.iatSum, v.iatSum2, v.iatCount = d.iatSum, d.iatSum2, uint64(d.iatCount)
	v.NumSyn, v.NumRst, v.NumFin, v.NumZero = d.syns, d.rsts, d.fins, n.zeros
	v.window = d.window
}

func address(m *mac.Mac) mac.Addr {
	if m == nil {
		return mac.Addr{}
	}
	return m.Address
}

// DisplayKey is the number by which pages name a flow (ntopng.key). Like the
// original's it is a sum that does not depend on the direction, of the ports as
// they are on the wire read by a little-endian machine.
func (f *Flow) DisplayKey() uint32 {
	k := f.Key
	k.PortA, k.PortB = f.CliPort, f.SrvPort
	return displayKey(&k, f.Client, f.Server)
}

func displayKey(k *Key, a, b netip.Addr) uint32 {
	return uint32(bits.ReverseBytes16(k.PortA)) + uint32(bits.ReverseBytes16(k.PortB)) + uint32(k.VLAN) + uint32(k.Proto) + k.Private +
		AddrKey(a) + AddrKey(b)
}

// AddrKey is an address as a number: an IPv4 address itself, for IPv6 the sum
// of its four words, read by a little-endian machine and each shifted by two bits
// more than the one before.
func AddrKey(a netip.Addr) uint32 {
	if a.Is4() {
		b := a.As4()
		return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
	}
	b, k := a.As16(), uint32(0)
	for i := 0; i < 16; i += 4 {
		k += (uint32(b[i+3])<<24 | uint32(b[i+2])<<16 | uint32(b[i+1])<<8 | uint32(b[i])) << (i / 2)
	}
	return k
}

// Bytes is the sum of both directions.
func (f *Flow) Bytes() uint64 { return f.ToServer.Bytes + f.ToClient.Bytes }

// Packets is the sum of both directions.
func (f *Flow) Packets() uint64 { return f.ToServer.Packets + f.ToClient.Packets }

// Duration is whole seconds from the first to the last packet, plus one, as
// ntopng shows it.
func (f *Flow) Duration() int64 { return f.LastSeen/1e9 - f.FirstSeen/1e9 + 1 }

// RTT is the round-trip time seen in the handshake, in nanoseconds, 0 when the
// handshake was not seen.
func (f *Flow) RTT() int64 { return 2 * (f.ServerLatency + f.ClientLatency) }

// Issues sums what went wrong in both directions.
func (f *Flow) Issues() counters.TCPIssues {
	i := f.ToServer.Issues
	i.Add(f.ToClient.Issues)
	return i
}
