package flow

import (
	"net/netip"

	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/dpi"
	"ntopgo/engine/mac"
)

// Report is what a probe says of a flow: a whole one, or what it gained since the
// last report. Src is the side that the probe takes for the client.
type Report struct {
	Src, Dst         netip.Addr
	SrcPort, DstPort uint16
	Proto            uint8
	VLAN             uint16
	Private          uint32 // keeps flows of the same tuple apart, such as calls
	SrcMAC, DstMAC   mac.Addr
	First, Last      int64 // nanoseconds, by the probe's clock
	Arrived          int64 // by this machine's

	// Up is from Src, Down to it; gains, or totals when Absolute.
	Up, Down Reported
	Absolute bool
	// FlagsOfBoth are TCP flags whose direction is not known.
	FlagsOfBoth uint8
	// Latencies of the handshake and of the first answer, in nanoseconds.
	ClientLatency, ServerLatency, AppLatency int64

	Result  dpi.Result // without category
	Meta    dpi.Metadata
	Swapped bool // Src and Dst were exchanged
	// Ingress and Egress say which way of the exporter the flow took.
	Direction Direction

	Origin Origin
}

// Direction is the way of a flow through its exporter.
type Direction uint8

// Directions; what the exporter does not say follows from which end is local.
const (
	DirectionUnknown Direction = iota
	DirectionIngress
	DirectionEgress
)

// Reported is one direction of a report.
type Reported struct {
	counters.Traffic
	Fragments                         uint32
	Retransmissions, OutOfOrder, Lost uint32
	TOS, TCPFlags                     uint8
	Window                            uint16
}

// Origin is where a collected flow comes from and what its probe knows beyond
// what packets tell.
type Origin struct {
	Exporter   netip.Addr // the device that saw the packets
	Probe      netip.Addr // the probe that sent the flow on
	SourceID   uint32     // the probe's number for the exporter
	In, Out    uint32     // interfaces of the exporter (SNMP indexes), from and to Client
	ObsPoint   uint16     // observation point
	VRF        uint32
	Source     uint8 // 0 made of packets, 1 NetFlow or IPFIX, 2 sFlow
	Verdict    uint8 // 2: the traffic is dropped
	ErrorCode  uint32
	SrcAS      uint32 // of the client
	DstAS      uint32
	PrevAS     uint32 // adjacent on the client's side
	NextAS     uint32
	EndReason  string
	SSID       string
	WTP        mac.Addr // access point
	RiskNames  string
	RiskInfo   string // JSON
	MailFrom   string
	MailTo     string
	Alert      string            // JSON of another system's alert
	PreNAT     [2]netip.AddrPort // client, server
	PostNAT    [2]netip.AddrPort
	More       string // JSON object with fields that have no other place
	Client     Agent
	Server     Agent
	HasAgent   bool // an agent on one of the ends told about it
	HasTCPInfo bool
	Interface  string // where the agent saw the flow

	arrived   int64
	annotated bool // the flow is made of packets, an agent only told about it
}

// Agent is what an agent on one of the ends knows of it.
type Agent struct {
	Process   *Process   // nil: not known
	Container *Container // nil: none
	TCP       TCPInfo
}

// Process is a process that sends and receives the packets of a flow.
type Process struct {
	PID, UID, GID                    uint32
	Name, Package, CommandLine, User string
	Memory, PeakMemory               uint32 // kilobytes
	ParentPID, ParentUID, ParentGID  uint32
	ParentName, ParentPackage        string
	ParentUser                       string
}

// Container is what a process runs in.
type Container struct {
	ID, Name       string
	Kubernetes     bool
	Docker         bool
	Pod, Namespace string // of Kubernetes
}

// TCPInfo is what the kernel of one end says of a connection.
type TCPInfo struct {
	RTT, RTTVariance float64 // milliseconds
}

// Swap exchanges the two ends.
func (r *Report) Swap() {
	r.Src, r.Dst, r.SrcPort, r.DstPort = r.Dst, r.Src, r.DstPort, r.SrcPort
	r.SrcMAC, r.DstMAC = r.DstMAC, r.SrcMAC
	r.Up, r.Down = r.Down, r.Up
	r.ClientLatency, r.ServerLatency = r.ServerLatency, r.ClientLatency
	r.Origin.swap()
	r.Swapped = !r.Swapped
}

func (o *Origin) swap() {
	o.In, o.Out = o.Out, o.In
	o.SrcAS, o.DstAS, o.PrevAS, o.NextAS = o.DstAS, o.SrcAS, o.NextAS, o.PrevAS
	o.PreNAT[0], o.PreNAT[1] = o.PreNAT[1], o.PreNAT[0]
	o.PostNAT[0], o.PostNAT[1] = o.PostNAT[1], o.PostNAT[0]
	o.Client, o.Server = o.Server, o.Client
}

// merge takes over what a later report of the same flow says.
func (o *Origin) merge(n *Origin) {
	old := *o
	*o = *n
	keep := func(to *string, was string) {
		if *to == "" {
			*to = was
		}
	}
	keep(&o.EndReason, old.EndReason)
	keep(&o.SSID, old.SSID)
	keep(&o.RiskNames, old.RiskNames)
	keep(&o.RiskInfo, old.RiskInfo)
	keep(&o.MailFrom, old.MailFrom)
	keep(&o.MailTo, old.MailTo)
	keep(&o.Alert, old.Alert)
	keep(&o.More, old.More)
	o.HasAgent, o.HasTCPInfo = o.HasAgent || old.HasAgent, o.HasTCPInfo || old.HasTCPInfo
	for _, a := range []struct{ to, was *Agent }{{&o.Client, &old.Client}, {&o.Server, &old.Server}} {
		if a.to.Process == nil {
			a.to.Process = a.was.Process
		}
		if a.to.Container == nil {
			a.to.Container = a.was.Container
		}
		if a.to.TCP == (TCPInfo{}) {
			a.to.TCP = a.was.TCP
		}
	}
}

// packet is what the hooks of a table want to see of the first packet of a flow.
func (r *Report) packet() decode.Packet {
	p := decode.Packet{Time: r.First, SrcPort: r.SrcPort, DstPort: r.DstPort, Proto: r.Proto,
		VLAN: r.VLAN, TCPFlags: r.Up.TCPFlags, TOS: r.Up.TOS, SrcMAC: r.SrcMAC, DstMAC: r.DstMAC}
	p.HasMAC = !r.SrcMAC.IsZero() || !r.DstMAC.IsZero()
	p.SetAddrs(r.Src, r.Dst)
	return p
}

// Key is the key of the reported flow; reverse says that Src is its second end.
func (r *Report) Key() (k Key, reverse bool) {
	p := r.packet()
	id, _ := Identify(&p, 0)
	id.Private = r.Private
	return id.Key(&p), id.Reverse
}
