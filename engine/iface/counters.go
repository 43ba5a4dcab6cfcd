package iface

import (
	"ntopgo/engine/counters"
	"ntopgo/engine/decode"
	"ntopgo/engine/host"
)

// Counters is what an interface counts. Shards keep one each and merge it into
// the interface's at the roll-up.
type Counters struct {
	Total           counters.Traffic
	Ingress, Egress counters.Traffic
	IPv4, IPv6      counters.Traffic
	ARP, MPLS       counters.Traffic
	OtherEth        counters.Traffic
	L4              counters.L4
	Shape           counters.PacketShape
	Issues          counters.TCPIssues
	ARPRequests     uint64
	ARPReplies      uint64
	Undecoded       [decode.ReasonCount]uint64 // frames by why they could not be decoded further
	NoRoom          uint64                     // packets without a flow because the table was full

	LocalToLocal, LocalToRemote   counters.Traffic
	RemoteToLocal, RemoteToRemote counters.Traffic

	NewFlows                                         uint64
	SynFlows, EstablishedFlows, ResetFlows, FinFlows uint64

	L7         counters.L7Map
	Categories counters.L7Map
	DSCP       counters.L7Map
	ICMP       map[host.ICMPKey]*host.ICMPCount
}

// Add merges o into c.
func (c *Counters) Add(o *Counters) {
	for _, p := range []struct{ to, from *counters.Traffic }{
		{&c.Total, &o.Total}, {&c.Ingress, &o.Ingress}, {&c.Egress, &o.Egress}, {&c.IPv4, &o.IPv4},
		{&c.IPv6, &o.IPv6}, {&c.ARP, &o.ARP}, {&c.MPLS, &o.MPLS}, {&c.OtherEth, &o.OtherEth},
		{&c.LocalToLocal, &o.LocalToLocal}, {&c.LocalToRemote, &o.LocalToRemote},
		{&c.RemoteToLocal, &o.RemoteToLocal}, {&c.RemoteToRemote, &o.RemoteToRemote},
	} {
		p.to.Add(*p.from)
	}
	for _, p := range []struct{ to, from *uint64 }{
		{&c.ARPRequests, &o.ARPRequests}, {&c.ARPReplies, &o.ARPReplies}, {&c.NoRoom, &o.NoRoom},
		{&c.NewFlows, &o.NewFlows}, {&c.SynFlows, &o.SynFlows}, {&c.EstablishedFlows, &o.EstablishedFlows},
		{&c.ResetFlows, &o.ResetFlows}, {&c.FinFlows, &o.FinFlows},
	} {
		*p.to += *p.from
	}
	for i, n := range o.Undecoded {
		c.Undecoded[i] += n
	}
	c.L4.Add(&o.L4)
	c.Shape.Add(&o.Shape)
	c.Issues.Add(o.Issues)
	c.L7.Add(&o.L7)
	c.Categories.Add(&o.Categories)
	c.DSCP.Add(&o.DSCP)
	for k, v := range o.ICMP {
		n := c.icmp(k)
		n.Sent += v.Sent
		n.Rcvd += v.Rcvd
	}
}

func (c *Counters) icmp(k host.ICMPKey) *host.ICMPCount {
	if c.ICMP == nil {
		c.ICMP = map[host.ICMPKey]*host.ICMPCount{}
	}
	n := c.ICMP[k]
	if n == nil {
		n = &host.ICMPCount{}
		c.ICMP[k] = n
	}
	return n
}

// clear sets c to zero and keeps its memory.
func (c *Counters) clear() {
	icmp := c.ICMP
	clear(icmp)
	*c = Counters{ICMP: icmp}
}

// clone is a copy that shares nothing with c.
func (c *Counters) clone() Counters {
	var out Counters
	out.Add(c)
	return out
}

// countFrame counts a frame before it is known what it carries.
func (c *Counters) countFrame(p *decode.Packet) {
	t := counters.Traffic{Packets: 1, Bytes: uint64(p.WireLen)}
	c.Total.Add(t)
	if p.Outgoing {
		c.Egress.Add(t)
	} else {
		c.Ingress.Add(t)
	}
	c.Shape.Sizes[counters.SizeBucket(int(p.WireLen))]++
	switch {
	case p.IPVersion == 4:
		c.IPv4.Add(t)
	case p.IPVersion == 6:
		c.IPv6.Add(t)
	case p.Layer == decode.LayerARP:
		c.ARP.Add(t)
	default:
		c.OtherEth.Add(t)
	}
	if p.HasMPLS {
		c.MPLS.Add(t)
	}
	if p.IPVersion == 0 {
		return
	}
	l4 := c.L4.Of(p.Proto)
	if p.Outgoing {
		l4.Sent.Add(t)
	} else {
		l4.Rcvd.Add(t)
	}
	if p.Proto == decode.ProtoTCP && p.Layer == decode.LayerTransport {
		c.Shape.CountFlags(p.TCPFlags)
	}
}
