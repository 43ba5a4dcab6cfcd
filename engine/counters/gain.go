package counters

import "math"

// Gain is what one direction of a flow gained since its gains were last passed on.
type Gain struct {
	Bytes   uint64
	Packets uint32
	// The rest is narrow, as many flows gain at a time: whoever counts passes on what
	// was gained before a counter is full.
	Sizes [SizeBuckets]uint16 // packets by length class
	Events
}

// Events are what few packets of a flow bring.
type Events struct {
	Syn, SynAck, FinAck, Rst uint16 // packets by TCP flag combination
	Retransmissions          uint16
	OutOfOrder, Lost         uint16
	KeepAlive                uint16
}

// AddIssues adds reported TCP issues, up to what a counter holds; it says whether
// there was room. Where there was none nothing is added, and e has to be passed on
// first.
func (e *Events) AddIssues(retransmissions, outOfOrder, lost uint32) bool {
	r, o, l := narrow(e.Retransmissions, retransmissions), narrow(e.OutOfOrder, outOfOrder), narrow(e.Lost, lost)
	if max(r, o, l) > math.MaxUint16 {
		return false
	}
	e.Retransmissions, e.OutOfOrder, e.Lost = uint16(r), uint16(o), uint16(l)
	return true
}

// narrow is the sum of a counter and what it gains, which is no more than a counter
// can hold.
func narrow(counter uint16, gain uint32) uint32 {
	return uint32(counter) + min(gain, math.MaxUint16)
}

// Traffic is the gain of packets and bytes.
func (g *Gain) Traffic() Traffic { return Traffic{Packets: uint64(g.Packets), Bytes: g.Bytes} }

// Issues is the gain of TCP issues.
func (e *Events) Issues() TCPIssues {
	return TCPIssues{uint64(e.Retransmissions), uint64(e.OutOfOrder), uint64(e.Lost), uint64(e.KeepAlive)}
}

// CountFlags counts the TCP flag combination of one packet, as
// PacketShape.CountFlags does.
func (e *Events) CountFlags(flags uint8) {
	const fin, syn, rst, ack = 1, 2, 4, 16
	switch {
	case flags&(syn|fin|rst) == 0:
	case flags&(syn|ack) == syn|ack:
		e.SynAck++
	case flags&syn != 0:
		e.Syn++
	case flags&(fin|ack) == fin|ack:
		e.FinAck++
	case flags&rst != 0:
		e.Rst++
	}
}

// Add merges o into g.
func (g *Gain) Add(o *Gain) {
	g.Bytes += o.Bytes
	g.Packets += o.Packets
	for i, n := range o.Sizes {
		g.Sizes[i] += n
	}
	g.Syn += o.Syn
	g.SynAck += o.SynAck
	g.FinAck += o.FinAck
	g.Rst += o.Rst
	g.Retransmissions += o.Retransmissions
	g.OutOfOrder += o.OutOfOrder
	g.Lost += o.Lost
	g.KeepAlive += o.KeepAlive
}

// AddGain merges the length classes and flag combinations of g into s.
func (s *PacketShape) AddGain(g *Gain) {
	for i, n := range g.Sizes {
		if n != 0 {
			s.Sizes[i] += uint64(n)
		}
	}
	if g.Syn|g.SynAck|g.FinAck|g.Rst != 0 {
		s.Syn += uint64(g.Syn)
		s.SynAck += uint64(g.SynAck)
		s.FinAck += uint64(g.FinAck)
		s.Rst += uint64(g.Rst)
	}
}

// AddGain merges the TCP issues of g into t.
func (t *TCPIssues) AddGain(g *Gain) {
	if g.Retransmissions|g.OutOfOrder|g.Lost|g.KeepAlive != 0 {
		t.Add(g.Issues())
	}
}
